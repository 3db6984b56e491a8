internal import Model

struct DeskBookView {
    let frame: Pages.Frame
    let key: String
    let retireKey: String
    let done: String?
    let cover: String
    let book: Book
    let row: DeskRow
    let isRetired: Bool
    /// The sum of the copies on the shelf and those sold, which a sale does not change.
    let copies: Int64
    /// The reason that was typed before.
    let reason: String
    let retiring: FieldView
    let movements: [MovementRow]
    let showsBook = false
    let showsKeeper = true
    let pages: PageLinks?
}

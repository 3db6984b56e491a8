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
    /// Copies on the shelf and sold together, which sales leave as they are.
    let copies: Int64
    /// A reason that was typed before.
    let reason: String
    let retiring: FieldView
    let movements: [MovementRow]
    let showsBook = false
    let showsKeeper = true
    let pages: PageLinks?
}

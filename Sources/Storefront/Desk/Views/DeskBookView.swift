internal import Model

struct DeskBookView {
    let frame: Pages.Frame
    let key: String
    let retireKey: String
    let coverKey = ReceiptID.random().text
    let coverSizeMax = "\(CoverImage.byteCountMax >> 20) MB"
    let coverSides = CoverArt.imageSides
    let done: String?
    let cover: String
    /// The image that a keeper gave it, by its digest.
    let givenCover: String?
    /// Whether the store has lost the image of that cover.
    let isImageLost: Bool
    let book: Book
    let known: FactsView
    let row: DeskRow
    let isRetired: Bool
    /// The sum of the copies on the shelf and those sold, which a sale does not change.
    let copies: Int64
    /// The reason that was typed before.
    let reason: String
    /// The reason in the form that retires the book, or brings it back.
    let retiring: FieldView
    let movements: [MovementRow]
    let showsBook = false
    let showsKeeper = true
    let pages: PageLinks?
}

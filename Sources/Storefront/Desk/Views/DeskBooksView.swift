struct DeskBooksView {
    let frame: Pages.Frame
    let key: String
    let heading: String
    let done: String?
    let path: String
    /// The page to return to after a change.
    let back: String
    let isLow: Bool
    let isRetired: Bool
    /// Whether its books have fields for stock and price.
    let isChangeable: Bool
    let max: String
    let query: String
    /// The reason why the field of words or of the limit cannot be used.
    let fault: String?
    let filter: ListFilterView
    /// How many books there are; nil where that is unknown, as with retired ones.
    let count: String?
    let items: String
    /// The reason that was typed before.
    let reason: String
    let books: [DeskRow]
    let numbers: NumberedPages?
    /// Links between the pages of retired books, which have no numbers.
    let pages: PageLinks?
}

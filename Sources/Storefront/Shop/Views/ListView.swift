struct ListView {
    let frame: Pages.Frame
    let heading: String
    let isTopic: Bool
    let cards: [BookCard]
    /// The text for a list without books.
    let empty: String
    let pages: PageLinks?
}

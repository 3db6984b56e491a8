struct ListView {
    let frame: Pages.Frame
    let heading: String
    let isTopic: Bool
    let cards: [BookCard]
    /// What is said where there is no book.
    let empty: String
    let pages: PageLinks?
}

struct ListView {
    let frame: Pages.Frame
    let heading: String
    let isTopic: Bool
    /// Where the form of the filter leads, and the field that it keeps.
    let path: String
    let keptName: String
    let keptValue: String
    let filter: ListFilterView
    /// The list without filters; nil where there are none.
    let whole: String?
    /// How many books there are, and which page of them this is; nil for a list without books.
    let count: String?
    let cards: [BookCard]
    /// The text for a list without books.
    let empty: String
    let pages: NumberedPages?
}

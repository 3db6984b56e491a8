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
    let max: String
    let query: String
    /// The reason why the filter's field cannot be used.
    let fault: String?
    let items: String
    /// The reason that was typed before.
    let reason: String
    let books: [DeskRow]
    let pages: PageLinks?
}

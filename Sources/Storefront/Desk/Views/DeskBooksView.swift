struct DeskBooksView {
    let frame: Pages.Frame
    let key: String
    let heading: String
    let done: String?
    let path: String
    /// Where a change comes back to.
    let back: String
    let isLow: Bool
    let isRetired: Bool
    let max: String
    let query: String
    /// Why the filter's field cannot be used.
    let fault: String?
    let items: String
    /// A reason that was typed before.
    let reason: String
    let books: [DeskRow]
    let pages: PageLinks?
}

struct LedgerView {
    let frame: Pages.Frame
    let heading: String
    let kinds: [Choice]
    let movements: [MovementRow]
    let showsBook = true
    /// Whether to show keeper and reason, which sales do not have.
    let showsKeeper: Bool
    let pages: PageLinks?
}

struct LedgerView {
    let frame: Pages.Frame
    let heading: String
    let kinds: [Choice]
    let movements: [MovementRow]
    let showsBook = true
    /// Whether who and why are shown, which sales have none of.
    let showsKeeper: Bool
    let pages: PageLinks?
}

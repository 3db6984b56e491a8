/// A keeper who is signed in.
struct DeskSession: Sendable {
    /// The name that the keeper gave; the actor of every change in the ledger.
    let keeper: String
    /// What every form of the session carries, so that no other page can send one.
    let formToken: String
    let opened: ContinuousClock.Instant
    var used: ContinuousClock.Instant
    /// The name of the browser that signed in; nil where it has none.
    var device: String?
}

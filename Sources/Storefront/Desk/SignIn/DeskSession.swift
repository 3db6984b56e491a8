/// A keeper who is signed in.
struct DeskSession: Sendable {
    /// The name that the keeper entered, which is the actor of every change in the ledger.
    let keeper: String
    /// The token in every form of the session, so that no other page can send one.
    let formToken: String
    let opened: ContinuousClock.Instant
    var used: ContinuousClock.Instant
    /// The name of the browser that signed in; nil if it has none.
    var device: String?
}

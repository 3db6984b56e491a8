package import Model

/// What a transaction did.
package protocol CommittedBatch: Sendable {
    associatedtype Outcome: Sendable

    /// One for each change, in order.
    var results: [Result<Outcome, StoreError>] { get }
    /// The log's lines of what was executed now, in the database's order.
    var lines: [MarkedLog.Line] { get }
}

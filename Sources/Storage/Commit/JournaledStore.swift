package import Monitoring

/// A database whose operations are also the lines of a log beside it: what a ``Journal`` asks of a store.
package protocol JournaledStore<Change, Batch>: Sendable {
    associatedtype Change: Sendable
    associatedtype Batch: CommittedBatch

    /// The folder of the database, or of what the store keeps on this machine beside it.
    var folder: String { get }
    /// The number of the last operation that is a line of the log beside this store; 0 before the first.
    var lastNumber: Int64 { get }
    /// What is remembered of refused changes.
    var refusals: RefusalTally { get }

    /// Makes the changes in one transaction, each on its own: one that is refused leaves the others alone. Called on
    /// one thread only.
    ///
    /// - Parameters:
    ///   - mark: how far the log holds the operations now, stored in the same transaction.
    ///   - beforeEnd: called inside the transaction when all of it is written; an error undoes it.
    func commit(
        _ changes: [Change], mark: LogMark, beforeEnd: (Batch) throws -> Void
    ) throws -> Batch

    /// Calls `body` with every line of the log after that of operation `number`, in order.
    func forEachLine(after number: Int64, _ body: (String) throws -> Void) throws
    /// How far the log is known to hold the operations; nil before it was first written.
    func logMark() throws -> LogMark?
    func save(_ mark: LogMark) throws

    /// Opens the database again after a fault, and takes what it holds for the truth.
    ///
    /// - Throws: the database's error; it may then be tried again.
    func reopen() throws
    func close() throws

    /// Whether the database may be lost without anybody noticing, so that it is asked now and then.
    var pings: Bool { get }
    /// Asks the database something.
    ///
    /// - Throws: the database's error where it is lost.
    func ping() throws

    /// Runs `body` and says of a database's error what a person can do about it.
    ///
    /// - Throws: the database's errors in words for people; any other error of the body as it is.
    func explained<Value>(_ body: () throws -> Value) throws -> Value
    /// Whether an error of the database is of a fault that passes by itself, such as a full disk, so that waiting helps.
    func passesByItself(_ error: any Error) -> Bool
    /// The database and its version, for the log at start.
    func databaseName() throws -> String
    /// Which database it is, for the metrics page.
    func info() throws -> MetricSample
}

extension JournaledStore {
    package var pings: Bool { false }
    package func ping() throws {}
}

package import Model
package import Monitoring
internal import Synchronization

/// An operation log beside the database whose operations it lists: every operation has its line in it, in
/// the database's order, before it is answered.
package final class MarkedLog: Sendable {
    /// One operation of a committed batch.
    package struct Line: Sendable {
        let text: String
        let mayBeThere: Bool

        /// - Parameter mayBeThere: whether the log may hold the line from before a power cut that took the
        ///   operation from the database.
        package init(_ text: String, mayBeThere: Bool = false) {
            self.text = text
            self.mayBeThere = mayBeThere
        }
    }

    private struct State {
        /// Saved with the next batch.
        var mark: LogMark
        /// The number of the last operation whose line is written.
        var writtenThrough: Int64
        /// The number of the last operation whose line may still wait after a failed write.
        var owedThrough: Int64
        /// Lines whose operations the database has lost. While there are any, the mark stays where it is:
        /// the next start has to find them again.
        var unclaimed: LogTail
    }

    private let tier: String
    private let log: OperationLog
    private let state: Mutex<State>

    /// Opens a log that was repaired: it holds the line of every operation up to `sequence`.
    ///
    /// - Parameters:
    ///   - tier: the tier, as errors name it.
    ///   - sequence: the number of the last operation; numbers rise and may have gaps.
    ///   - unclaimed: lines that the log has beyond the database.
    ///   - base: where the unclaimed lines begin; nil where that is not known, so that the next start has to
    ///     read all files again.
    /// - Throws: ``Monitoring/LogFault`` when it cannot be opened.
    package init(
        tier: String, path: String, sequence: Int64, unclaimed: LogTail = LogTail(), base: LogMark? = nil,
        execution: Execution = .threads
    ) throws(LogFault) {
        self.tier = tier
        let log = try OperationLog(path: path, flushesByItself: !execution.isStepped)
        self.log = log
        state = Mutex(Self.state(log, sequence: sequence, RepairedLog(unclaimed: unclaimed, base: base)))
    }

    private static func state(_ log: OperationLog, sequence: Int64, _ found: RepairedLog) -> State {
        var mark = LogMark(position: log.position, sequence: sequence)
        if found.unclaimed.unclaimedCount > 0 {
            mark = found.base ?? .unknown
        }
        return State(
            mark: mark, writtenThrough: sequence, owedThrough: sequence, unclaimed: found.unclaimed)
    }

    /// What the log is known to hold.
    package var mark: LogMark { state.withLock { $0.mark } }

    /// Lines that no operation claims.
    package var unclaimedCount: Int { state.withLock { $0.unclaimed.unclaimedCount } }

    /// Lines that were dropped because the file takes nothing and too much was waiting.
    package var droppedLineCount: Int { log.droppedLineCount }

    /// Notes a line that needs no database and may be written a little late.
    package func append(_ line: String) { log.append(line) }

    /// Writes the lines that a failed write left waiting, before the next batch is committed.
    ///
    /// - Returns: what the log is known to hold then, to be stored with the batch.
    /// - Throws: ``Model/StoreError`` when the log takes nothing.
    package func writeOwed() throws(StoreError) -> LogMark {
        try state.withLock { state throws(StoreError) in
            do {
                if state.owedThrough > state.writtenThrough { try log.flush() }
            } catch {
                throw StoreError.unavailable(tier: tier, reason: .logFault, outcomeUnknown: true)
            }
            Self.advance(&state, to: log.position)
            return state.mark
        }
    }

    /// Writes the lines of a batch that is committed, before any of it is answered.
    ///
    /// - Parameter number: the number of the last operation then.
    /// - Throws: ``Monitoring/LogFault`` when the log fails; the lines then wait and go first next time.
    package func write(_ lines: [Line], through number: Int64) throws(LogFault) {
        try state.withLock { state throws(LogFault) in
            state.owedThrough = number
            let due = lines.filter { !($0.mayBeThere && state.unclaimed.take($0.text)) }
            Self.advance(&state, to: try log.commit(due.map(\.text)))
        }
    }

    /// Makes log and database agree after a fault: writes the lines of operations that the database has and the log
    /// lacks.
    ///
    /// A database on a server may have forgotten operations whose lines are written, as one on this machine does only
    /// in a power cut, which ends this process as well. Those lines are then found again as a start finds them.
    ///
    /// - Parameter repair: what a start does.
    /// - Throws: the reading's error, or ``Monitoring/LogFault``; it may then be tried again.
    package func catchUp(with store: any JournaledStore, repair: () throws -> RepairedLog) throws {
        if try isForgotten(by: store) {
            let found = try repair()
            state.withLock { $0 = Self.state(log, sequence: store.lastNumber, found) }
        }
        try catchUp(through: store.lastNumber) { number in
            var lines: [String] = []
            try store.forEachLine(after: number) { lines.append($0) }
            return lines
        }
    }

    /// Whether lines are written whose operations the database does not have.
    private func isForgotten(by store: any JournaledStore) throws -> Bool {
        try state.withLock { state in
            try log.flush()
            Self.advance(&state, to: log.position)
            return state.writtenThrough > store.lastNumber
        }
    }

    /// The same, with the lines of all operations after a number, in order, and the number of the last one.
    package func catchUp(through number: Int64, _ lines: (Int64) throws -> [String]) throws {
        try state.withLock { state in
            try log.flush()
            Self.advance(&state, to: log.position)
            let missing = try lines(state.writtenThrough)
            state.owedThrough = number
            // A batch that completed what a power cut took from the database: the log may have its lines.
            let due = missing.filter { !state.unclaimed.take($0) }
            Self.advance(&state, to: try log.commit(due))
        }
    }

    /// Reopens the path after log rotation. Called between two commits.
    ///
    /// - Parameter save: stores the mark, which now points into the new file.
    package func reopen(save: (LogMark) throws -> Void) throws {
        try state.withLock { state in
            try log.reopen()
            Self.advance(&state, to: log.position)
            try save(state.mark)
        }
    }

    /// Writes what waits and closes the file.
    package func shutdown() throws(LogFault) { try log.shutdown() }

    private static func advance(_ state: inout State, to position: OperationLog.Position) {
        state.writtenThrough = state.owedThrough
        guard state.unclaimed.unclaimedCount == 0 else { return }
        state.mark = LogMark(position: position, sequence: state.writtenThrough)
    }
}

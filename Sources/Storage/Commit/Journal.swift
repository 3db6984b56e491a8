internal import Dispatch
internal import Foundation
package import Logging
internal import Model
package import Monitoring
package import NIOCore
internal import Synchronization

/// Group commit, log and recovery of one store: what is answered is durable and logged.
package final class Journal<Change: Sendable, Batch: CommittedBatch>: Sendable {
    /// Where it is decided what is committed.
    package enum Decision: Sendable {
        /// In the commit itself. One that fails is worth a line of the server's log, since only opening the database
        /// again can tell its outcome.
        case here
        /// Elsewhere and before: what is not written down now is completed later.
        case elsewhere
    }

    package typealias Outcome = Batch.Outcome

    private static var pingSeconds: Double { 1 }

    private let store: any JournaledStore<Change, Batch>
    private let log: MarkedLog
    private let gate: WriteGate
    private let commits: CommitLoop<Change, Outcome>
    private let execution: Execution
    private let info: MetricSample
    private let syncTimes = MetricHistogram.syncTimes
    private let shortReads: DispatchQueue
    private let longReads: DispatchQueue
    private let fileReads: DispatchQueue
    private let pings: DispatchQueue
    private let isStopped = Atomic<Bool>(false)

    /// A journal of an open store, which it owns from now on.
    ///
    /// - Parameters:
    ///   - tier: the tier, as errors name it.
    ///   - logPath: the log, which is complete when this returns.
    ///   - repair: completes the log from the store.
    ///   - committed: called on the commit's thread after each transaction, before it is logged and answered.
    ///   - reopened: called when the database was opened again after a fault; an error makes the journal try again.
    ///   - broken: called when the database or log can no longer be trusted to take writes. The fate of the writes in
    ///     flight is unknown then, and only opening the database again can tell it.
    package init<Store: JournaledStore<Change, Batch>>(
        _ store: Store, tier: String, logPath: String, decision: Decision, logger: Logger,
        execution: Execution = .threads, repair: @escaping @Sendable () throws -> RepairedLog,
        committed: @escaping @Sendable (Batch) -> Void,
        reopened: @escaping @Sendable () throws -> Void = {},
        broken: @escaping @Sendable (any Error) -> Void
    ) throws {
        self.store = store
        self.execution = execution
        info = try store.info()
        shortReads = DispatchQueue(label: "\(tier)-short-reads")
        longReads = DispatchQueue(label: "\(tier)-long-reads")
        fileReads = DispatchQueue(label: "\(tier)-file-reads")
        pings = DispatchQueue(label: "\(tier)-pings")
        let found = try store.explained(repair)
        let log = try MarkedLog(
            tier: tier, path: logPath, sequence: store.lastNumber, unclaimed: found.unclaimed,
            base: found.base, execution: execution)
        try execution.reach(.beforeMark)
        try store.save(log.mark)
        self.log = log
        let space = DiskSpace(
            tier: tier, folders: [store.folder, (logPath as NSString).deletingLastPathComponent])
        gate = WriteGate(
            tier: tier, execution: execution,
            recover: {
                try store.reopen()
                try reopened()
                try log.catchUp(with: store, repair: repair)
                logger.notice("the database was opened again after a fault")
            },
            passesByItself: { error in
                store.passesByItself(error) || (error as? LogFault)?.isFull == true || !space.hasRoom
            }, broken: broken)
        let batch = BatchCommit<Change, Batch>(
            store: store, log: log, gate: gate, space: space, decision: decision, logger: logger,
            execution: execution, syncTimes: syncTimes, committed: committed)
        commits = CommitLoop(name: tier, execution: execution, commit: batch.run)
        if store.pings, !execution.isStepped { pingLater() }
    }

    /// Asks a database that may be lost unnoticed, so that it is connected anew before a change waits for it.
    private func pingLater() {
        pings.asyncAfter(deadline: .now() + Self.pingSeconds) { [weak self] in
            guard let self, !isStopped.load(ordering: .relaxed) else { return }
            // While commits are under way they notice by themselves.
            try? gate.runIfIdle { try store.ping() }
            pingLater()
        }
    }

    /// Makes a change, by group commit.
    ///
    /// - Parameter ended: told its outcome, once it is committed and logged: see ``CommitLoop/submit(_:on:ended:)``.
    package func submit(
        _ change: Change, on eventLoop: any EventLoop,
        ended: @escaping CommitLoop<Change, Outcome>.Ended
    ) {
        commits.submit(change, on: eventLoop, ended: ended)
    }

    /// The same with a future, for what is not done for every purchase.
    package func submit(_ change: Change, on eventLoop: any EventLoop) -> EventLoopFuture<Outcome> {
        let promise = eventLoop.makePromise(of: Outcome.self)
        submit(change, on: eventLoop) { promise.completeWith($0.mapError { $0 }) }
        return promise.futureResult
    }

    /// Reads the disk, on a thread of its own.
    package func read<Value: Sendable>(
        on eventLoop: any EventLoop, _ length: ReadLength = .short,
        _ body: @escaping @Sendable () throws -> Value
    ) -> EventLoopFuture<Value> {
        let promise = eventLoop.makePromise(of: Value.self)
        execution.run(.read) {
            promise.completeWith(Result { try body() })
        } onThreads: { read in
            switch length {
            case .short: shortReads.async(execute: read)
            case .long: longReads.async(execute: read)
            case .file: fileReads.async(execute: read)
            }
        }
        return promise.futureResult
    }

    /// Notes a line that needs no database and may be written a little late.
    package func append(_ line: String) { log.append(line) }

    /// Lines that were dropped because the log takes nothing and too much was waiting.
    package var droppedLineCount: Int { log.droppedLineCount }

    /// Lines of the log that no operation of the database has claimed.
    package var unclaimedLineCount: Int { log.unclaimedCount }

    /// Whether changes are taken: not after a fault of the disk.
    package var takesChanges: Bool { !gate.hasTripped }

    /// Reopens the log after log rotation has renamed it.
    package func reopenLog() throws {
        try gate.betweenCommits { try log.reopen(save: store.save) }
    }

    /// Ends a stepped journal as a crash does: its parts go with it, and what waits ends unanswered.
    package func abandon() { commits.abandon() }

    /// Commits what waits, writes the log out and closes the store.
    package func shutdown() throws {
        isStopped.store(true, ordering: .relaxed)
        pings.sync {}
        commits.shutdown()
        try log.shutdown()
        try store.close()
    }

    /// The figures of the store and its journal for the metrics page, with those of the tier among them.
    package func samples(with own: [MetricSample]) -> [MetricSample] {
        [info, .takesUpdates(takesChanges)] + own + [syncTimes.sample] + MetricSample.refusals(store.refusals)
            + commits.samples
    }
}

/// The way of one batch, from the question whether there is room to the outcomes.
private struct BatchCommit<Change: Sendable, Batch: CommittedBatch>: Sendable {
    let store: any JournaledStore<Change, Batch>
    let log: MarkedLog
    let gate: WriteGate
    let space: DiskSpace
    let decision: Journal<Change, Batch>.Decision
    let logger: Logger
    let execution: Execution
    let syncTimes: MetricHistogram
    let committed: @Sendable (Batch) -> Void

    /// The table "What each crash leaves behind" of ARCHITECTURE.md has a row for each of these moments.
    func run(_ changes: [Change]) throws -> [Result<Batch.Outcome, StoreError>] {
        try gate.run {
            try space.check()
            let mark = try log.writeOwed()
            let batch = try transact(changes, mark: mark)
            committed(batch)
            try execution.reach(.beforeLog)
            try log.write(
                PlantedBug.isOn(.logsBeforeCommit) ? [] : batch.lines, through: store.lastNumber)
            try execution.reach(.beforeAnswer)
            return batch.results
        }
    }

    private func transact(_ changes: [Change], mark: LogMark) throws -> Batch {
        do {
            var written = NIODeadline.now()
            let batch = try store.commit(changes, mark: mark) { batch in
                if PlantedBug.isOn(.logsBeforeCommit) {
                    try log.write(batch.lines, through: mark.sequence)
                }
                if PlantedBug.isOn(.showsBeforeCommit) { committed(batch) }
                written = .now()
                try execution.reach(.beforeCommit)
            }
            syncTimes.record(since: written)
            return batch
        } catch {
            if decision == .here { logger.error("a commit failed, its outcome is unknown: \(error)") }
            throw error
        }
    }
}

internal import Foundation
package import Model
package import Monitoring
package import NIOCore
internal import Synchronization

/// Group commit: a thread that takes whatever changes wait, commits them as one transaction, and hands the
/// outcomes back, one hop for each event loop and batch.
///
/// The batch is as large as what came in during the last commit, so that one fsync serves one buyer when
/// the store is quiet and hundreds when it is busy. A stepped loop (see ``Execution``) has no thread: each
/// batch is a piece of work that is run when a simulation says so.
package final class CommitLoop<Change: Sendable, Outcome: Sendable>: Sendable {
    /// Commits a batch and returns an outcome for each change, in order. An error thrown leaves the fate of
    /// the whole batch unknown.
    package typealias Commit = @Sendable ([Change]) throws -> [Result<Outcome, StoreError>]

    /// What is told a change's outcome, once and on the event loop of its request. Fails with
    /// ``StoreError/overloaded`` when too many wait, with the change's own error, or with
    /// ``StoreError/unavailable`` of unknown outcome when the commit failed.
    package typealias Ended = @Sendable (Result<Outcome, StoreError>) -> Void

    private struct Item: Sendable {
        let change: Change
        let eventLoop: any EventLoop
        let ended: Ended
    }

    /// Changes that may wait: about a second of them on a good disk, as long as a request may wait for others.
    package static var waitingCountMax: Int { 16_384 }
    /// Changes in one transaction: beyond this a batch saves little and delays its first.
    package static var batchCountMax: Int { 512 }

    private let name: String
    private let commit: Commit
    private let execution: Execution
    private let queue = Mutex(CommitQueue<Item>(countMax: CommitLoop.waitingCountMax))
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let batchSizes = MetricHistogram(
        "bookstore_commit_batch_size", of: .items, help: "Changes in one transaction.")
    private let commitTimes = MetricHistogram(
        "bookstore_commit_duration_seconds", of: .nanos,
        help: "Time to commit a transaction: statements, COMMIT with its fsync, and the log's lines.")

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: the tier, as errors name it.
    ///   - commit: runs on the loop's own thread, which it may block.
    package init(name: String, execution: Execution = .threads, commit: @escaping Commit) {
        self.name = name
        self.execution = execution
        self.commit = commit
        guard !execution.isStepped else { return }
        let thread = Thread { [self] in run() }
        thread.name = "\(name)-commit"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Puts a change in line.
    ///
    /// - Parameter ended: told its outcome, once it is committed; a refusal before this returns.
    package func submit(_ change: Change, on eventLoop: any EventLoop, ended: @escaping Ended) {
        switch queue.withLock({ $0.offer(Item(change: change, eventLoop: eventLoop, ended: ended)) }) {
        case .taken: break
        case .takenWake where execution.isStepped: wakeUp()
        // At the end of the loop's tick: what else it brings belongs into the same transaction. Woken at once, the thread
        // would commit the first change of a batch alone, and all others would wait for that.
        case .takenWake: eventLoop.execute { self.wakeUp() }
        case .full: ended(.failure(StoreError.overloaded(.changesWaiting)))
        case .closed:
            ended(.failure(StoreError.unavailable(tier: name, reason: .stopping, outcomeUnknown: false)))
        }
    }

    /// Commits what waits, takes no more, and returns when the thread has ended.
    package func shutdown() {
        queue.withLock { $0.close() }
        if execution.isStepped {
            while commitNext() {}
        } else {
            wake.signal()
            ended.wait()
        }
    }

    /// Ends a stepped loop as a crash does: nothing more is committed, and what waits ends unanswered.
    package func abandon() {
        let left = queue.withLock { queue in
            queue.close()
            return queue.take(countMax: .max)
        }
        deliver(left.map { _ in .failure(unknown(.diskFault)) }, to: left)
    }

    /// The loop's figures for the metrics page.
    package var samples: [MetricSample] {
        [
            batchSizes.sample, commitTimes.sample,
            MetricSample(
                "bookstore_commit_waiting", .gauge, Double(queue.withLock { $0.count }),
                help: "Changes that wait to be committed."),
        ]
    }

    private func wakeUp() {
        guard execution.isStepped else {
            wake.signal()
            return
        }
        let next = { @Sendable [self] in
            if commitNext() { wakeUp() }
        }
        execution.run(.commit, next, onThreads: { _ in })
    }

    private func run() {
        while true {
            if commitNext() { continue }
            if queue.withLock({ $0.isClosed && $0.count == 0 }) { break }
            wake.wait()
        }
        ended.signal()
    }

    /// Commits the batch that waits; false if there is none.
    private func commitNext() -> Bool {
        let batch = queue.withLock { $0.take(countMax: Self.batchCountMax) }
        guard !batch.isEmpty else { return false }
        let start = DispatchTime.now().uptimeNanoseconds
        let results = outcomes(of: batch.map { $0.change })
        commitTimes.record(DispatchTime.now().uptimeNanoseconds - start)
        batchSizes.record(UInt64(batch.count))
        deliver(results, to: batch)
        return true
    }

    private func outcomes(of changes: [Change]) -> [Result<Outcome, StoreError>] {
        do {
            let results = try commit(changes)
            precondition(results.count == changes.count, "a commit returns an outcome for each change")
            return results
        } catch {
            let failure = (error as? StoreError) ?? unknown((error as? any CommitFault)?.reason ?? .diskFault)
            return changes.map { _ in .failure(failure) }
        }
    }

    private func unknown(_ reason: StoreError.Reason) -> StoreError {
        .unavailable(
            tier: name, reason: reason, outcomeUnknown: !PlantedBug.isOn(.takesLostCommitForUndone))
    }

    /// Tells each change its outcome, by one hop to each event loop.
    private func deliver(_ results: [Result<Outcome, StoreError>], to items: [Item]) {
        var left = Array(items.indices)
        while let first = left.first {
            let eventLoop = items[first].eventLoop
            let here = left.filter { items[$0].eventLoop === eventLoop }
            left.removeAll { items[$0].eventLoop === eventLoop }
            eventLoop.execute {
                for index in here { items[index].ended(results[index]) }
            }
        }
    }
}

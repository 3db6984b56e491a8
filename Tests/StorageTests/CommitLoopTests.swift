import Dispatch
import Model
import NIOCore
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Monitoring

/// A commit that a test can hold, and its batches.
private final class HeldCommit: Sendable {
    private let batchStore = Mutex<[[Int]]>([])
    private let begun = DispatchSemaphore(value: 0)
    private let released = DispatchSemaphore(value: 0)

    var batches: [[Int]] { batchStore.withLock { $0 } }

    /// Runs on the loop's thread, which may block.
    func run(_ batch: [Int]) {
        batchStore.withLock { $0.append(batch) }
        begun.signal()
        released.wait()
    }

    /// Releases one batch.
    func release() { released.signal() }

    /// Returns when a batch has arrived and waits.
    func held() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                self.begun.wait()
                continuation.resume()
            }
        }
    }
}

extension CommitLoop {
    /// A change's outcome as a future.
    fileprivate func submit(_ change: Change, on eventLoop: any EventLoop) -> EventLoopFuture<Outcome> {
        let promise = eventLoop.makePromise(of: Outcome.self)
        submit(change, on: eventLoop) { promise.completeWith($0.mapError { $0 }) }
        return promise.futureResult
    }
}

@Suite struct CommitLoopTests {
    private struct Fault: Error {}

    @Test func batchesChangesThatWaitForACommit() async throws {
        try await withLoops(count: 2) { loops in
            let held = HeldCommit()
            let commits = CommitLoop<Int, Int>(name: "test") { batch in
                held.run(batch)
                return batch.map { .success($0 * 10) }
            }
            let first = commits.submit(1, on: loops.slots[0].eventLoop)
            await held.held()
            let others = (2...5).map { commits.submit($0, on: loops.slots[$0 % 2].eventLoop) }
            #expect(PrometheusText.render(commits.samples).contains("bookstore_commit_waiting 4\n"))
            held.release()
            let firstOutcome = try await first.get()
            #expect(firstOutcome == 10)
            await held.held()
            held.release()
            let otherOutcomes = try await EventLoopFuture.whenAllSucceed(others, on: loops.slots[0].eventLoop)
                .get()
            #expect(otherOutcomes == [20, 30, 40, 50])
            #expect(held.batches == [[1], [2, 3, 4, 5]])
            await shutdown(commits)
            let page = PrometheusText.render(commits.samples)
            for line in [
                #"bookstore_commit_batch_size_bucket{le="1"} 1"#,
                #"bookstore_commit_batch_size_bucket{le="4"} 2"#, "bookstore_commit_batch_size_sum 5",
                "bookstore_commit_batch_size_count 2", "bookstore_commit_duration_seconds_count 2",
                "bookstore_commit_waiting 0",
            ] { #expect(page.contains("\n\(line)\n"), "\(page)") }
        }
    }

    @Test func returnsEachOutcomeOnItsLoop() async throws {
        try await withLoops(count: 2) { loops in
            let commits = CommitLoop<Int, Int>(name: "test") { batch in
                batch.map { $0.isMultiple(of: 2) ? .success($0) : .failure(.invalid("\($0) is odd")) }
            }
            let wrongLoopCount = Mutex(0)
            let futures = (0..<100).map { number in
                let loop = loops.slots[number % 2].eventLoop
                let future = commits.submit(number, on: loop)
                future.whenComplete { _ in
                    if !loop.inEventLoop { wrongLoopCount.withLock { $0 += 1 } }
                }
                return future
            }
            for (number, future) in futures.enumerated() {
                if number.isMultiple(of: 2) {
                    let outcome = try await future.get()
                    #expect(outcome == number)
                } else {
                    await #expect(throws: StoreError.invalid("\(number) is odd")) { try await future.get() }
                }
            }
            #expect(wrongLoopCount.withLock { $0 } == 0)
            await shutdown(commits)
        }
    }

    @Test func refusesChangesBeyondTheLimit() async throws {
        try await withLoops(count: 1) { loops in
            let loop = loops.slots[0].eventLoop
            let held = HeldCommit()
            let commits = CommitLoop<Int, Int>(name: "test") { batch in
                held.run(batch)
                return batch.map { .success($0) }
            }
            let first = commits.submit(0, on: loop)
            await held.held()
            let countMax = CommitLoop<Int, Int>.waitingCountMax
            let waiting = (1...countMax).map { commits.submit($0, on: loop) }
            let refused = commits.submit(-1, on: loop)
            do {
                let outcome = try await refused.get()
                Issue.record("taken beyond the limit: \(outcome)")
            } catch StoreError.overloaded {}

            let batchCountMax = CommitLoop<Int, Int>.batchCountMax
            for _ in 0...(countMax / batchCountMax) { held.release() }
            #expect(try await first.get() == 0)
            // No accepted change is lost or out of order, and no batch exceeds its limit.
            #expect(try await EventLoopFuture.whenAllSucceed(waiting, on: loop).get() == Array(1...countMax))
            #expect(held.batches.flatMap(\.self) == Array(0...countMax))
            #expect(held.batches.map(\.count).max() == batchCountMax)
            await shutdown(commits)
        }
    }

    @Test func aFailedCommitHasUnknownOutcome() async throws {
        try await withLoops(count: 1) { loops in
            let loop = loops.slots[0].eventLoop
            let commits = CommitLoop<Int, Int>(name: "test") { batch in
                if batch.contains(0) { throw Fault() }
                if batch.contains(1) { throw StoreError.inProgress }
                return batch.map { .success($0) }
            }
            let failed = commits.submit(0, on: loop)
            let error = await #expect(throws: StoreError.self) { try await failed.get() }
            guard case .unavailable("test", _, outcomeUnknown: true) = error else {
                Issue.record("\(String(describing: error)) claims to know the outcome")
                return
            }
            // A StoreError is passed on unchanged, and the loop keeps working.
            await #expect(throws: StoreError.inProgress) { try await commits.submit(1, on: loop).get() }
            let outcome = try await commits.submit(2, on: loop).get()
            #expect(outcome == 2)
            await shutdown(commits)
        }
    }

    @Test func shutdownCommitsWhatWaits() async throws {
        try await withLoops(count: 1) { loops in
            let loop = loops.slots[0].eventLoop
            let held = HeldCommit()
            let commits = CommitLoop<Int, Int>(name: "test") { batch in
                held.run(batch)
                return batch.map { .success($0) }
            }
            let first = commits.submit(0, on: loop)
            await held.held()
            let waiting = (1...3).map { commits.submit($0, on: loop) }
            async let ended: Void = shutdown(commits)
            // Changes before the end of the loop still count; finally one is refused.
            let refusal = Mutex<(any Error)?>(nil)
            try await eventually("the loop to take no more") {
                commits.submit(9, on: loop).whenFailure { error in refusal.withLock { $0 = error } }
                return refusal.withLock { $0 != nil }
            }
            guard
                case .unavailable("test", _, outcomeUnknown: false) = refusal.withLock({ $0 as? StoreError })
            else {
                Issue.record("refused by \(String(describing: refusal.withLock { $0 }))")
                return
            }
            held.release()
            held.release()
            await ended
            #expect(try await first.get() == 0)
            #expect(try await EventLoopFuture.whenAllSucceed(waiting, on: loop).get() == [1, 2, 3])
        }
    }

    /// Ends a loop on a separate thread, because that blocks.
    private func shutdown(_ commits: CommitLoop<Int, Int>) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                commits.shutdown()
                continuation.resume()
            }
        }
    }
}

import Foundation
import Model
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct BreakerTests {
    private struct Fault: Error {}
    private struct NoRoom: Error {}

    /// The calls of a breaker to its owner, and the results of its recoveries.
    private final class Owner: Sendable {
        private let brokenStore = Mutex(0)
        private let recoveryStore = Mutex(0)

        var brokenCount: Int { brokenStore.withLock { $0 } }
        var recoveryCount: Int { recoveryStore.withLock { $0 } }

        func noteBroken() { brokenStore.withLock { $0 += 1 } }

        /// The number of this recovery, from 1.
        func noteRecovery() -> Int {
            recoveryStore.withLock {
                $0 += 1
                return $0
            }
        }
    }

    private func isRefused(_ breaker: WriteGate) -> Bool {
        do {
            try breaker.run {}
            return false
        } catch StoreError.unavailable(tier: "test", _, outcomeUnknown: false) {
            // Nothing was tried, so the outcome is known.
            return true
        } catch {
            Issue.record("refused by \(error)")
            return true
        }
    }

    @Test func returnsTheResultOfTheWork() throws {
        let owner = Owner()
        let breaker = WriteGate(tier: "test") { _ in owner.noteBroken() }
        #expect(try breaker.run { 7 } == 7)
        #expect(throws: StoreError.keyReused) { try breaker.run { throw StoreError.keyReused } }
        // A refusal is not a disk fault.
        #expect(!breaker.hasTripped)
        #expect(!isRefused(breaker))
        #expect(owner.brokenCount == 0)
    }

    @Test func endsTheTierOnceWithoutRecovery() {
        let owner = Owner()
        let breaker = WriteGate(tier: "test") { error in
            #expect(error is Fault)
            owner.noteBroken()
        }
        #expect(throws: Fault.self) { try breaker.run { throw Fault() } }
        #expect(breaker.hasTripped)
        for _ in 0..<3 { #expect(isRefused(breaker)) }
        #expect(owner.brokenCount == 1)
    }

    /// Readiness is checked on an event loop, which must not wait for a hanging disk.
    @Test func reportsItsStateDuringACommit() async throws {
        let breaker = WriteGate(tier: "test") { _ in }
        let (started, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        Thread.detachNewThread {
            try? breaker.run {
                started.signal()
                done.wait()
            }
        }
        let hasTripped = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                started.wait()
                continuation.resume(returning: breaker.hasTripped)
                done.signal()
            }
        }
        #expect(!hasTripped)
    }

    @Test func reopensAfterARecovery() async throws {
        let owner = Owner()
        let breaker = WriteGate(
            tier: "test",
            recover: { if owner.noteRecovery() < 2 { throw Fault() } },
            broken: { _ in owner.noteBroken() })
        #expect(throws: Fault.self) { try breaker.run { throw Fault() } }
        #expect(isRefused(breaker))
        try await eventually("the recovery") { !breaker.hasTripped }
        #expect(owner.recoveryCount == 2)
        #expect(owner.brokenCount == 0)
        #expect(!isRefused(breaker))
        // It can recover repeatedly.
        #expect(throws: Fault.self) { try breaker.run { throw Fault() } }
        try await eventually("the second recovery") { !breaker.hasTripped }
        #expect(owner.recoveryCount == 3)
    }
}

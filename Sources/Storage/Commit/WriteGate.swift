internal import Dispatch
internal import Model
internal import Synchronization

/// Stops a tier from writing once a write has failed in an unknown way, and brings it back.
///
/// A commit that fails may be on the disk or not (an fsync error says nothing), and only opening the
/// database again can tell. So nothing more is written until it was opened again and what is there was
/// found out; every purchase in doubt is then settled by its key. A tier that cannot do that ends.
package final class WriteGate: Sendable {
    /// How long after a failure, and after each failed attempt, the next attempt is made.
    private static let retryMilliseconds = 250
    /// Attempts after which a fault that does not pass by itself ends the tier; about half a minute.
    private static let attemptCountMax = 120

    private struct State {
        var isTripped = false
        var attemptCount = 0
    }

    private let tier: String
    private let recover: (@Sendable () throws -> Void)?
    private let passesByItself: @Sendable (any Error) -> Bool
    private let broken: @Sendable (any Error) -> Void
    private let state = Mutex(State())
    /// Read without the lock: a reader must not wait for a commit on a slow disk.
    private let isTrippedNow = Atomic<Bool>(false)
    private let retries: DispatchQueue
    private let execution: Execution

    /// - Parameters:
    ///   - recover: opens the database again and settles what is in doubt; nil ends the tier immediately.
    ///   - passesByItself: whether an error is of a full disk or the like, for which the tier waits as long as it takes.
    ///   - broken: called once, with the error that ends the tier.
    package init(
        tier: String, execution: Execution = .threads, recover: (@Sendable () throws -> Void)? = nil,
        passesByItself: @escaping @Sendable (any Error) -> Bool = { _ in false },
        broken: @escaping @Sendable (any Error) -> Void
    ) {
        self.tier = tier
        self.execution = execution
        self.recover = recover
        self.passesByItself = passesByItself
        self.broken = broken
        retries = DispatchQueue(label: "\(tier)-recovery")
    }

    /// Whether the tier has stopped writing.
    package var hasTripped: Bool { isTrippedNow.load(ordering: .relaxed) }

    /// Runs a commit.
    ///
    /// - Throws: ``Model/StoreError`` as thrown by the body, or while the breaker is tripped; any other
    ///   error of the body, which trips it.
    package func run<Value>(_ body: () throws -> Value) throws -> Value {
        // The lock is held all along: a recovery must not meet a commit.
        try state.withLock { state in
            guard !state.isTripped else {
                throw StoreError.unavailable(tier: tier, reason: .recovering, outcomeUnknown: false)
            }
            do { return try body() } catch { throw noted(error, &state) }
        }
    }

    /// The same for what is not worth waiting for a commit or a recovery.
    package func runIfIdle(_ body: () throws -> Void) throws {
        try state.withLockIfAvailable { state in
            guard !state.isTripped else { return }
            do { try body() } catch { throw noted(error, &state) }
        }
    }

    /// An error of a body, which trips the breaker where it says nothing of what was done.
    private func noted(_ error: any Error, _ state: inout State) -> any Error {
        guard !(error is StoreError), !PlantedBug.isOn(.writesOnAfterFault) else { return error }
        state.isTripped = true
        isTrippedNow.store(true, ordering: .relaxed)
        state.attemptCount = 0
        if recover == nil { broken(error) } else { scheduleRecovery() }
        return error
    }

    /// Runs `body` while neither a commit nor a recovery is at work.
    package func betweenCommits(_ body: () throws -> Void) throws {
        try state.withLock { _ in try body() }
    }

    private func scheduleRecovery() {
        execution.run(.recovery) { [weak self] in
            self?.tryToRecover()
        } onThreads: { attempt in
            retries.asyncAfter(deadline: .now() + .milliseconds(Self.retryMilliseconds), execute: attempt)
        }
    }

    private func tryToRecover() {
        state.withLock { state in
            do {
                try recover?()
                state.isTripped = false
                isTrippedNow.store(false, ordering: .relaxed)
            } catch {
                state.attemptCount += passesByItself(error) ? 0 : 1
                if state.attemptCount < Self.attemptCountMax { scheduleRecovery() } else { broken(error) }
            }
        }
    }
}

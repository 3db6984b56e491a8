internal import Synchronization

/// Whether the client of a connection is still there to be answered. Work that may take long asks it, or is
/// told by it; each connection has one.
package final class ClientPresence: Sendable {
    /// What ``watch(_:)`` began.
    package struct Watch: Sendable {
        fileprivate let number: Int
    }

    private struct State {
        var nextNumber = 0
        var watches: [Int: @Sendable () -> Void] = [:]
    }

    private let isGone = Atomic<Bool>(false)
    private let state = Mutex(State())

    /// A client that is there.
    package init() {}

    /// Whether the client has left: work for it is no longer wanted.
    package var hasLeft: Bool { isGone.load(ordering: .acquiring) }

    /// Calls `body` once when the client leaves, on the thread that notices it; immediately if it has left.
    package func watch(_ body: @escaping @Sendable () -> Void) -> Watch {
        let (watch, isLate) = state.withLock { state in
            state.nextNumber += 1
            let isLate = hasLeft
            if !isLate { state.watches[state.nextNumber] = body }
            return (Watch(number: state.nextNumber), isLate)
        }
        if isLate { body() }
        return watch
    }

    /// Ends a watch: the work is done.
    package func end(_ watch: Watch) {
        // What is let go may let others go, which need not happen under the lock.
        _ = state.withLock { $0.watches.removeValue(forKey: watch.number) }
    }

    /// The client has left. Notifies every watch, once.
    package func leave() {
        let bodies = state.withLock { state in
            isGone.store(true, ordering: .releasing)
            defer { state.watches = [:] }
            return state.watches.values.map { $0 }
        }
        for body in bodies { body() }
    }
}

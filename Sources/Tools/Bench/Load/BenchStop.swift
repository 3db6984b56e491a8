internal import Synchronization
internal import TierHTTP

/// Lets whoever started a run stop it. From any thread.
package final class BenchStop: Sendable {
    private struct State {
        var isSet = false
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Not stopped yet.
    package init() {}

    /// Whether ``set()`` was called.
    package var isSet: Bool { state.withLock { $0.isSet } }

    /// Stops the run, now and for good.
    package func set() {
        let stop = state.withLock { state in
            state.isSet = true
            return state.stop
        }
        stop?()
    }

    /// Calls `stop` when it is set, at once if it is already.
    func whenSet(_ stop: (@Sendable () -> Void)?) {
        let isSet = state.withLock { state in
            state.stop = stop
            return state.isSet
        }
        if isSet { stop?() }
    }
}

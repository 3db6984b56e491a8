internal import Synchronization

/// A wish to stop, from any thread. It cannot be taken back.
package final class StopFlag: Sendable {
    private struct State {
        var isSet = false
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// A flag that is not set.
    package init() {}

    package var isSet: Bool { state.withLock { $0.isSet } }

    package func set() {
        let stop = state.withLock { state in
            state.isSet = true
            return state.stop
        }
        stop?()
    }

    /// Calls `stop` when the flag is set, immediately if it is already. Only the latest is called.
    package func whenSet(_ stop: (@Sendable () -> Void)?) {
        let isSet = state.withLock { state in
            state.stop = stop
            return state.isSet
        }
        if isSet { stop?() }
    }
}

internal import Synchronization

/// A wish to stop, from any thread.
package final class StopFlag: Sendable {
    private let flag = Atomic(false)

    /// A flag that is not set.
    package init() {}

    /// Whether somebody wants it to stop.
    package var isSet: Bool { flag.load(ordering: .relaxed) }

    /// Asks to stop; it cannot be taken back.
    package func set() { flag.store(true, ordering: .relaxed) }
}

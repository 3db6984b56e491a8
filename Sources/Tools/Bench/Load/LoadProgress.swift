internal import Synchronization

/// The progress of a run. Every event loop adds to it.
final class LoadProgress: Sendable {
    private let done = Atomic<Int>(0)

    func add(_ count: Int) { done.add(count, ordering: .relaxed) }
    var count: Int { done.load(ordering: .relaxed) }
}

internal import Synchronization

/// One writer's share of a number on the metrics page, such as the connections of one event loop. The page
/// shows the sum of all shares of a metric.
package final class MetricCell: Sendable {
    private let number = Atomic<Int>(0)

    /// A share of 0.
    package init() {}

    /// The share's value.
    package var value: Int { number.load(ordering: .relaxed) }

    /// Sets the share, for a gauge.
    package func set(_ value: Int) { number.store(value, ordering: .relaxed) }

    /// Adds to the share, for a counter.
    package func add(_ count: Int) { number.wrappingAdd(count, ordering: .relaxed) }
}

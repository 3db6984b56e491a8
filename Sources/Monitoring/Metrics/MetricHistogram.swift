internal import Synchronization

/// A distribution that any thread may add to and read, for what happens seldom: once a batch, not once a
/// request.
package final class MetricHistogram: Sendable {
    private let name: String
    private let help: String
    private let distribution: Mutex<Distribution>

    /// A distribution without values, under its name on the metrics page.
    package init(_ name: String, of unit: Distribution.Unit, help: String) {
        self.name = name
        self.help = help
        distribution = Mutex(Distribution(of: unit))
    }

    /// Adds a value.
    package func record(_ value: UInt64) { distribution.withLock { $0.record(value) } }

    /// What was recorded so far.
    package var sample: MetricSample { MetricSample(name, distribution.withLock { $0 }, help: help) }
}

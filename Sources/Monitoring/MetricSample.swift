internal import Synchronization

/// A number, or a distribution, as the metrics page shows it.
public struct MetricSample: Sendable {
    /// What becomes of the value in time.
    public enum Kind: String, Sendable {
        /// Goes up only; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// A label's name and value. Values come from small fixed sets: routes, tiers, outcomes, versions.
    public typealias Label = (name: String, value: String)

    enum Value {
        case number(Kind, Double)
        case distribution(Distribution)
    }

    let name: String
    let help: String
    let labels: [Label]
    let value: Value

    /// A number.
    public init(_ name: String, _ kind: Kind, _ value: Double, labels: [Label] = [], help: String) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = .number(kind, value)
    }

    /// A distribution, shown as a histogram.
    public init(_ name: String, _ distribution: Distribution, labels: [Label] = [], help: String) {
        self.name = name
        self.help = help
        self.labels = labels
        value = .distribution(distribution)
    }

    /// The value under which Prometheus files the family.
    var kindText: String {
        switch value {
        case .number(let kind, _): kind.rawValue
        case .distribution: "histogram"
        }
    }
}

/// One writer's share of a number on the metrics page, such as the connections of one event loop. The page
/// shows the sum of all shares of a metric.
public final class MetricCell: Sendable {
    private let number = Atomic<Int>(0)

    /// A share of 0.
    public init() {}

    /// The share's value.
    public var value: Int { number.load(ordering: .relaxed) }

    /// Sets the share, for a gauge.
    public func set(_ value: Int) { number.store(value, ordering: .relaxed) }

    /// Adds to the share, for a counter.
    public func add(_ count: Int) { number.wrappingAdd(count, ordering: .relaxed) }
}

/// A distribution that any thread may add to and read, for what happens seldom: once a batch, not once a
/// request.
public final class MetricHistogram: Sendable {
    private let name: String
    private let help: String
    private let distribution: Mutex<Distribution>

    /// A distribution without values, under its name on the metrics page.
    public init(_ name: String, of unit: Distribution.Unit, help: String) {
        self.name = name
        self.help = help
        distribution = Mutex(Distribution(of: unit))
    }

    /// Adds a value.
    public func record(_ value: UInt64) { distribution.withLock { $0.record(value) } }

    /// What was recorded so far.
    public var sample: MetricSample { MetricSample(name, distribution.withLock { $0 }, help: help) }
}

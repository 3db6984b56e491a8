/// A number, or a distribution, as the metrics page shows it.
package struct MetricSample: Sendable {
    /// What becomes of the value in time.
    package enum Kind: String, Sendable {
        /// Goes up only; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
    }

    /// A label's name and value. Values come from small fixed sets: routes, tiers, outcomes, versions.
    package typealias Label = (name: String, value: String)

    enum Value {
        case number(Kind, Double)
        case distribution(Distribution)
    }

    let name: String
    let help: String
    let labels: [Label]
    let value: Value

    /// A number.
    package init(_ name: String, _ kind: Kind, _ value: Double, labels: [Label] = [], help: String) {
        self.name = name
        self.help = help
        self.labels = labels
        self.value = .number(kind, value)
    }

    /// A distribution, shown as a histogram.
    package init(_ name: String, _ distribution: Distribution, labels: [Label] = [], help: String) {
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

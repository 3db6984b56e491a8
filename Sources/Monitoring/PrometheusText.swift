/// One sample of a metric that is not a request: a queue's depth, a counter of batches.
public struct MetricSample: Sendable {
    /// Whether the value only grows.
    public enum Kind: String, Sendable {
        /// Goes up only; its name ends in `_total`.
        case counter
        /// Goes up and down.
        case gauge
    }

    let name: String
    let help: String
    let kind: Kind
    let value: Double

    /// A sample without labels.
    public init(_ name: String, _ kind: Kind, _ value: Double, help: String) {
        self.name = name
        self.help = help
        self.kind = kind
        self.value = value
    }
}

/// The page that `GET /metrics` answers, in Prometheus' text format 0.0.4.
public enum PrometheusText {
    /// Upper bounds of the latency buckets in microseconds: from a memory lookup to a stalled disk.
    static let bucketMicros: [UInt64] = [
        50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
        2_500_000, 5_000_000,
    ]

    /// Renders the monitor's operations, the process' own figures and `samples`.
    public static func page(of monitor: SystemMonitor, samples: [MetricSample] = []) -> String {
        let readings = monitor.readings()
        var page = ""
        append(
            readings.filter { $0.direction == .served }, family: "http_server_request",
            help: "requests served, by route", to: &page)
        append(
            readings.filter { $0.direction != .served }, family: "http_client_request",
            help: "requests made to the tiers behind, by route", to: &page)
        for sample in samples + ProcessFigures.samples() {
            page += "# HELP \(sample.name) \(sample.help)\n# TYPE \(sample.name) \(sample.kind.rawValue)\n"
            page += "\(sample.name) \(number(sample.value))\n"
        }
        return page
    }

    private static func append(
        _ readings: [SystemMonitor.Reading], family: String, help: String, to page: inout String
    ) {
        guard !readings.isEmpty else { return }
        page += "# HELP \(family)s_total Number of \(help) and outcome.\n# TYPE \(family)s_total counter\n"
        for reading in readings {
            for outcome in SystemMonitor.Outcome.allCases {
                page += "\(family)s_total{\(labels(reading)),outcome=\"\(outcome.label)\"} "
                page += "\(reading.counts[outcome.rawValue])\n"
            }
        }
        page += "# HELP \(family)s_in_flight Unfinished \(help).\n# TYPE \(family)s_in_flight gauge\n"
        for reading in readings { page += "\(family)s_in_flight{\(labels(reading))} \(reading.inFlight)\n" }
        let duration = "\(family)_duration_seconds"
        page += "# HELP \(duration) Latency of \(help).\n# TYPE \(duration) histogram\n"
        for reading in readings {
            let labels = labels(reading)
            for micros in bucketMicros {
                let bound = number(Double(micros) / 1e6)
                page +=
                    "\(duration)_bucket{\(labels),le=\"\(bound)\"} \(reading.count(upTo: micros * 1_000))\n"
            }
            page += "\(duration)_bucket{\(labels),le=\"+Inf\"} \(reading.count)\n"
            page += "\(duration)_sum{\(labels)} \(number(Double(reading.latencyNanosTotal) / 1e9))\n"
            page += "\(duration)_count{\(labels)} \(reading.count)\n"
        }
    }

    private static func labels(_ reading: SystemMonitor.Reading) -> String {
        switch reading.direction {
        case .served: "route=\"\(reading.name)\""
        case .called(let peer): "peer=\"\(peer)\",route=\"\(reading.name)\""
        }
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}

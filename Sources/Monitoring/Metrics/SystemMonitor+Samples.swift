internal import Model

// What is measured, under the names of the metrics page (docs/metrics.md).
extension SystemMonitor {
    /// Everything measured so far.
    func samples() -> [MetricSample] {
        let readings = readings()
        let build = MetricSample(
            "bookstore_build_info", .gauge, 1,
            labels: [
                ("tier", tier), ("version", StoreVersion.text),
                ("configuration", StoreVersion.configuration),
            ], help: "The program that runs; always 1.")
        let served = readings.filter { $0.direction == .served }
        let stockOuts = served.reduce(0) { $0 + $1.count(.failed) }
        return [build]
            + Self.samples(of: served, family: "http_server", what: "requests served, by route")
            + Self.samples(
                of: readings.filter { $0.direction != .served }, family: "http_client",
                what: "requests made to the tiers behind, by route")
            + numbers()
            + [
                MetricSample(
                    "bookstore_stock_outs_total", .counter, Double(stockOuts),
                    help: "Requests answered Failed, since there was not enough stock.")
            ]
    }

    private static func samples(of readings: [Reading], family: String, what: String) -> [MetricSample] {
        var samples: [MetricSample] = []
        for reading in readings {
            for outcome in Outcome.allCases {
                let labels = labels(reading) + [("outcome", outcome.label)]
                // Also what has not happened yet: a rate needs a 0 to rise from.
                samples.append(
                    MetricSample(
                        family + "_requests_total", .counter, Double(reading.count(outcome)), labels: labels,
                        help: "Number of \(what) and outcome."))
                if let latencies = reading.latencies[outcome] {
                    samples.append(
                        MetricSample(
                            family + "_request_duration_seconds", latencies, labels: labels,
                            help: "Latency of \(what) and outcome."))
                }
            }
            samples.append(
                MetricSample(
                    family + "_active_requests", .gauge, Double(reading.inFlight), labels: labels(reading),
                    help: "Unfinished \(what)."))
        }
        return samples
    }

    private static func labels(_ reading: Reading) -> [MetricSample.Label] {
        switch reading.direction {
        case .served: [("route", reading.name)]
        case .called(let peer): [("peer", peer), ("route", reading.name)]
        }
    }
}

/// The page that `GET /metrics` answers, in Prometheus' text format 0.0.4.
package enum PrometheusText {
    /// Renders what `monitor` has measured, then `samples`, then the process' own figures.
    package static func page(of monitor: SystemMonitor, samples: [MetricSample] = []) -> String {
        render(monitor.samples() + samples + ProcessFigures.samples())
    }

    /// Renders samples, those of one name together under one head, in the order of the names' first samples.
    static func render(_ samples: [MetricSample]) -> String {
        var names: [String] = []
        let families = Dictionary(grouping: samples) { $0.name }
        for sample in samples where names.last != sample.name && !names.contains(sample.name) {
            names.append(sample.name)
        }
        var page = ""
        for family in names.compactMap({ families[$0] }) {
            let first = family[0]
            page += "# HELP \(first.name) \(first.help)\n# TYPE \(first.name) \(first.kindText)\n"
            for sample in family { append(sample, to: &page) }
        }
        return page
    }

    private static func append(_ sample: MetricSample, to page: inout String) {
        let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",")
        let block = labels.isEmpty ? "" : "{\(labels)}"
        switch sample.value {
        case .number(_, let value): page += "\(sample.name)\(block) \(number(value))\n"
        case .distribution(let distribution):
            let before = "\(sample.name)_bucket{\(labels)\(labels.isEmpty ? "" : ",")le=\""
            let unit = distribution.unit
            for (bound, count) in zip(unit.bounds, distribution.cumulativeCounts()) {
                page += before
                page += number(Double(bound) / unit.scale)
                page += "\"} \(count)\n"
            }
            page += "\(before)+Inf\"} \(distribution.count)\n"
            page += "\(sample.name)_sum\(block) \(number(Double(distribution.total) / unit.scale))\n"
            page += "\(sample.name)_count\(block) \(distribution.count)\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}

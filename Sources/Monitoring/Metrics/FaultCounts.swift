/// Faults of a tier that one event loop has answered, by the codes of their problems.
package struct FaultCounts: Sendable {
    /// Counters for all codes from the start, so that a rate has a 0 to rise from.
    private let cells: [String: MetricCell]
    private let other: MetricCell

    /// - Parameter codes: those that have a counter of their own.
    package init(of codes: [String], monitor: SystemMonitor) {
        let cell = { (code: String) in
            monitor.cell(
                "http_server_faults_total", .counter, labels: [("code", code)],
                help: "Requests answered 5xx, by the code of the problem.")
        }
        cells = Dictionary(uniqueKeysWithValues: codes.map { ($0, cell($0)) })
        other = cell("other")
    }

    /// - Parameter code: nil where an answer has none. One that this version does not know, of a newer tier behind,
    ///   counts as another.
    package func add(_ code: String?) { (code.flatMap { cells[$0] } ?? other).add(1) }
}

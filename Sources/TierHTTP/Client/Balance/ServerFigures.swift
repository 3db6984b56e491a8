internal import Model
internal import Monitoring

/// What one event loop shows of its judgement of a server behind.
struct ServerFigures {
    let out: MetricCell
    let ejections: MetricCell

    /// Figures of the server of the tier `peer` at `server`, added up over loops by `monitor`.
    init(of peer: String, at server: ServerAddress, in monitor: SystemMonitor) {
        let labels = [("peer", peer), ("server", "\(server)")]
        out = monitor.cell(
            "bookstore_peer_out", .gauge, labels: labels,
            help: "Event loops that send the server probes only, since it fails.")
        ejections = monitor.cell(
            "bookstore_peer_ejections_total", .counter, labels: labels,
            help: "How often an event loop began to send the server probes only.")
    }
}

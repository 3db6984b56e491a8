internal import Model
internal import Monitoring

/// What one event loop shows of its connections to a server behind, and of its calls to it.
struct PeerFigures {
    let connections: MetricCell
    let waiting: MetricCell
    let repeats: MetricCell
    let connectFailures: MetricCell

    /// Figures of the server of the tier `peer` at `server`, added up over loops by `monitor`.
    init(of peer: String, at server: ServerAddress, in monitor: SystemMonitor) {
        let cell = { (name: String, kind: MetricSample.Kind, help: String) in
            monitor.cell(name, kind, labels: [("peer", peer), ("server", "\(server)")], help: help)
        }
        connections = cell("http_client_open_connections", .gauge, "Open connections to the server.")
        waiting = cell(
            "bookstore_peer_waiting_requests", .gauge, "Requests that wait for a connection to the server.")
        repeats = cell(
            "bookstore_peer_repeated_requests_total", .counter,
            "Requests sent once more, because the server broke the connection, did not answer or could not do its part."
        )
        connectFailures = cell(
            "bookstore_peer_connect_failures_total", .counter, "Connections to the server that did not open.")
    }
}

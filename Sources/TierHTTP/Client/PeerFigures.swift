internal import Monitoring

/// What one event loop shows of its connections to a server behind.
struct PeerFigures {
    let connections: MetricCell
    let waiting: MetricCell
    let repeats: MetricCell
    let connectFailures: MetricCell

    /// Figures of the tier `peer`, added up over loops and servers by `monitor`.
    init(of peer: String, in monitor: SystemMonitor) {
        let cell = { (name: String, kind: MetricSample.Kind, help: String) in
            monitor.cell(name, kind, labels: [("peer", peer)], help: help)
        }
        connections = cell("http_client_open_connections", .gauge, "Open connections to the tier.")
        waiting = cell(
            "bookstore_peer_waiting_requests", .gauge, "Requests that wait for a connection to the tier.")
        repeats = cell(
            "bookstore_peer_repeated_requests_total", .counter,
            "Requests sent once more, since a connection to the tier broke.")
        connectFailures = cell(
            "bookstore_peer_connect_failures_total", .counter, "Connections to the tier that did not open.")
    }
}

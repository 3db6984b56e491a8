package import Model

/// One server as `bookstore top` shows it.
package struct ServerView: Sendable {
    /// The server's tier, or `storefront`.
    package let name: String
    /// Where it listens.
    package let address: ServerAddress
    /// The server's figures, or the reason why there are none.
    package let state: State

    /// Whether the server responded.
    package var isUp: Bool {
        switch state {
        case .up: true
        case .down: false
        }
    }

    package enum State: Sendable {
        /// The server responded.
        case up(Figures)
        /// The server did not respond, for this reason.
        case down(String)
    }

    /// The figures of a server since its last reading, or since its start.
    package struct Figures: Sendable {
        /// Whether the figures cover the time since the server's start, as they do in the first reading.
        let isSinceStart: Bool
        /// The period of the rates.
        let seconds: Double
        let upSeconds: Double?
        /// Processors kept busy, 1 for one.
        let processors: Double
        let memoryBytes: Double?
        let connections: Double?
        /// Requests immediately answered with 503, per second.
        let shedRate: Double
        let served: [OperationRow]
        /// The latencies of all served requests, except those of quiet routes.
        let servedLatencies: BucketCounts
        let called: [OperationRow]
        /// The servers behind that it sends no calls, because they fail: tier and address.
        let outOfUse: [String]
        /// Group commit; nil in a tier without a store.
        let commits: CommitRow?
    }

    /// One operation, with rates per second and latencies in seconds.
    struct OperationRow: Sendable {
        let name: String
        let rate: Double
        let soldOutRate: Double
        let refusedRate: Double
        let errorRate: Double
        let p50: Double?
        let p99: Double?
        let inFlight: Double
        let latencies: BucketCounts
        /// Whether it does not show the store's work, such as a request for the metrics.
        let isQuiet: Bool

        /// Whether nothing of it happens.
        var isIdle: Bool { rate == 0 && inFlight == 0 }
    }

    struct CommitRow: Sendable {
        let rate: Double
        let batchMean: Double?
        let batchP99: Double?
        let syncP50: Double?
        let syncP99: Double?
        let waiting: Double
        let takesUpdates: Bool
    }
}

extension ServerView.Figures {
    /// Routes that do not show the store's work as long as they succeed.
    private static let quietRoutes: Set = ["/livez", "/readyz", "/metrics", "other"]

    init(_ change: MetricsChange, at nowSeconds: Double) {
        isSinceStart = change.before == nil
        seconds = change.seconds
        upSeconds = change.now.value("process_start_time_seconds").map { max(0, nowSeconds - $0) }
        processors = change.rate("process_cpu_seconds_total")
        memoryBytes = change.now.value("process_resident_memory_bytes")
        connections = change.now.value("http_server_open_connections")
        shedRate = change.rate("http_server_shed_requests_total")
        served = Self.rows(of: change, family: "http_server", keys: ["route"])
        servedLatencies = served.reduce(into: BucketCounts()) { if !$1.isQuiet { $0.add($1.latencies) } }
        called = Self.rows(of: change, family: "http_client", keys: ["peer", "route"])
        outOfUse = change.now.samples("bookstore_peer_out").filter { $0.value > 0 }.map { sample in
            "\(sample.labels["peer"] ?? "") \(sample.labels["server"] ?? "")"
        }
        commits = change.now.value("bookstore_commit_waiting").map { waiting in
            ServerView.CommitRow(
                rate: change.rate("bookstore_commit_batch_size_count"),
                batchMean: change.mean(of: "bookstore_commit_batch_size"),
                batchP99: change.percentile(99, of: "bookstore_commit_batch_size"),
                syncP50: change.percentile(50, of: "bookstore_commit_sync_duration_seconds"),
                syncP99: change.percentile(99, of: "bookstore_commit_sync_duration_seconds"),
                waiting: waiting, takesUpdates: change.now.value("bookstore_takes_updates") != 0)
        }
    }

    private static func rows(
        of change: MetricsChange, family: String, keys: [String]
    ) -> [ServerView.OperationRow] {
        let counts = family + "_requests_total"
        var known: Set<[String]> = []
        var rows: [ServerView.OperationRow] = []
        for sample in change.now.samples(counts) {
            let values = keys.map { sample.labels[$0] ?? "" }
            guard known.insert(values).inserted else { continue }
            let labels = Dictionary(uniqueKeysWithValues: zip(keys, values))
            let rate = { (outcome: String) in
                change.rate(counts, where: labels.merging(["outcome": outcome]) { $1 })
            }
            let total = change.rate(counts, where: labels)
            let isQuiet = quietRoutes.contains(values.last ?? "")
            let isWorthARow =
                isQuiet
                ? rate("error") + rate("refused") > 0 : change.now.value(counts, where: labels) ?? 0 > 0
            guard isWorthARow else { continue }
            let latencies = change.buckets(of: family + "_request_duration_seconds", where: labels)
            rows.append(
                ServerView.OperationRow(
                    name: values.joined(separator: " "), rate: total, soldOutRate: rate("failed"),
                    refusedRate: rate("refused"), errorRate: rate("error"),
                    p50: latencies.percentile(50), p99: latencies.percentile(99),
                    inFlight: change.now.value(family + "_active_requests", where: labels) ?? 0,
                    latencies: latencies, isQuiet: isQuiet))
        }
        return rows
    }
}

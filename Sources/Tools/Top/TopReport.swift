internal import Model

/// One reading of all servers as `bookstore top --json` prints it. Rates are per second, latencies in
/// seconds. Unknown values are omitted.
package struct TopReport: Encodable, Sendable {
    private struct Operation: Encodable {
        let name: String
        let perSecond: Double
        let soldOutPerSecond: Double
        let refusedPerSecond: Double
        let errorsPerSecond: Double
        let p50Seconds: Double?
        let p99Seconds: Double?
        let inFlight: Double

        init(_ row: ServerView.OperationRow) {
            name = row.name
            (perSecond, soldOutPerSecond) = (row.rate, row.soldOutRate)
            (refusedPerSecond, errorsPerSecond) = (row.refusedRate, row.errorRate)
            (p50Seconds, p99Seconds, inFlight) = (row.p50, row.p99, row.inFlight)
        }
    }

    private struct Commits: Encodable {
        let perSecond: Double
        let batchMean: Double?
        let syncP50Seconds: Double?
        let syncP99Seconds: Double?
        let waiting: Double
        let takesUpdates: Bool

        init(_ row: ServerView.CommitRow) {
            (perSecond, batchMean) = (row.rate, row.batchMean)
            (syncP50Seconds, syncP99Seconds) = (row.syncP50, row.syncP99)
            (waiting, takesUpdates) = (row.waiting, row.takesUpdates)
        }
    }

    private struct Server: Encodable {
        let tier: String
        let address: String
        let up: Bool
        var reason: String?
        var seconds: Double?
        var processors: Double?
        var memoryBytes: Double?
        var connections: Double?
        var shedPerSecond: Double?
        var served: [Operation]?
        var called: [Operation]?
        var outOfUse: [String]?
        var commits: Commits?

        init(_ view: ServerView) {
            (tier, address, up) = (view.name, "\(view.address)", view.isUp)
            switch view.state {
            case .down(let reason): self.reason = reason
            case .up(let figures):
                (seconds, processors) = (figures.seconds, figures.processors)
                (memoryBytes, connections) = (figures.memoryBytes, figures.connections)
                shedPerSecond = figures.shedRate
                (served, called) = (figures.served.map(Operation.init), figures.called.map(Operation.init))
                outOfUse = figures.outOfUse.isEmpty ? nil : figures.outOfUse
                commits = figures.commits.map(Commits.init)
            }
        }
    }

    private struct Tier: Encodable {
        let tier: String
        let servers: Int
        let up: Int
        let perSecond: Double
        let soldOutPerSecond: Double
        let refusedPerSecond: Double
        let errorsPerSecond: Double
        let p50Seconds: Double?
        let p99Seconds: Double?
        let inFlight: Double

        init(_ summary: TierSummary) {
            (tier, servers, up) = (summary.name, summary.serverCount, summary.upCount)
            let total = summary.total
            (perSecond, soldOutPerSecond) = (total.rate, total.soldOutRate)
            (refusedPerSecond, errorsPerSecond) = (total.refusedRate, total.errorRate)
            (p50Seconds, p99Seconds, inFlight) = (total.p50, total.p99, total.inFlight)
        }
    }

    private let time: String
    private let tiers: [Tier]
    private let servers: [Server]

    /// Creates a report of the reading at `time`.
    package init(_ views: [ServerView], time: String) {
        self.time = time
        tiers = TierSummary.all(of: views).map(Tier.init)
        servers = views.map(Server.init)
    }
}

internal import Foundation

/// Everything that is known of a run: what was measured, where, and under which load. All times are
/// milliseconds, all rates are per second.
public struct BenchReport: Codable, Equatable, Sendable {
    /// Which kind of run it was.
    public enum Kind: String, Codable, Sendable {
        /// The evaluation of the contract's section 6.
        case evaluation
        /// A closed or open loop.
        case load
        /// A title that was bought until it was gone.
        case sellOut = "sell-out"
    }

    /// The version of this format.
    public static let formatNow = 1

    /// The version of the format that it is written in.
    public var format = BenchReport.formatNow
    /// The kind of run.
    public let kind: Kind
    /// When it began, as ISO 8601 in UTC.
    public let startedAt: String
    /// Whether it was stopped before its time.
    public let isInterrupted: Bool
    /// The machine.
    public let machine: MachineFacts
    /// The store.
    public let store: StoreFacts
    /// The load, as pairs of a name and a value for people.
    public let load: [Fact]
    /// What the generator used itself.
    public let generator: GeneratorFacts
    /// The measurements.
    public let cells: [Cell]
    /// What an open loop could not send in time; nil for a closed one.
    public let schedule: ScheduleFacts?
    /// Whether a sell-out's books balance; nil for other runs.
    public let sale: SaleCheck?
    /// The first answer that was none, as an excerpt.
    public let nonsense: String?

    /// The measurement of an operation with so many clients.
    public func cell(_ operation: String, clients: Int) -> Cell? {
        cells.first { $0.operation == operation && $0.clients == clients }
    }

    /// The numbers of clients that were measured, in the order of measurement.
    public var clientCounts: [Int] {
        cells.reduce(into: []) { counts, cell in
            if !counts.contains(cell.clients) { counts.append(cell.clients) }
        }
    }

    /// The operations that were measured, in the order of measurement.
    var operations: [String] {
        cells.reduce(into: []) { names, cell in
            if !names.contains(cell.operation) { names.append(cell.operation) }
        }
    }
}

/// A name and what is said of it.
public struct Fact: Codable, Equatable, Sendable {
    /// The name.
    public let name: String
    /// The value, for people.
    public let value: String

    /// A fact.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// One measurement: an operation (or `all` of a mix) with a number of clients.
public struct Cell: Codable, Equatable, Sendable {
    /// `search`, `lookup`, `buy`, or `all`.
    public let operation: String
    /// Clients at the same time.
    public let clients: Int
    /// Answers as the contract says; nil when there was none.
    public let latency: LatencySummary?
    /// Answers 503 or 429; nil when there was none.
    public let refused: LatencySummary?
    /// Answers `Failed`, which are among those in `latency`.
    public let soldOut: Int
    /// Requests without a usable answer, by what was wrong.
    public let failures: [String: Int]
    /// Good answers a second.
    public let throughput: Double
    /// How long it was measured, in seconds.
    public let seconds: Double
    /// The tiers behind, as the frontend's answers tell.
    public let tiers: [TierView]

    /// Requests that ended, well or badly.
    public var endedCount: Int { (latency?.count ?? 0) + errorCount }
    /// Requests that were refused or got no usable answer.
    public var errorCount: Int { (refused?.count ?? 0) + failures.values.reduce(0, +) }

    func tier(_ name: String) -> LatencySummary? { tiers.first { $0.name == name }?.latency }

    init(
        _ operation: String, clients: Int, tally: LoadTally.Operation, seconds: Double, hasTiers: Bool = true
    ) {
        self.operation = operation
        self.clients = clients
        latency = tally.answered.summary
        refused = tally.refused.summary
        soldOut = tally.soldOutCount
        failures = tally.failures
        self.seconds = seconds
        throughput = seconds > 0 ? Double(tally.answered.count) / seconds : 0
        tiers =
            hasTiers
            ? tally.tiers.compactMap { tier in
                tier.times.summary.map { TierView(operation: operation, name: tier.name, latency: $0) }
            } : []
    }
}

/// How long a call between two tiers took, as the calling tier saw it.
public struct TierView: Codable, Equatable, Sendable {
    /// The entry of `Server-Timing`.
    public let name: String
    /// Which call of which tier that is.
    public let view: String
    /// Its times.
    public let latency: LatencySummary

    init(operation: String, name: String, latency: LatencySummary) {
        self.name = name
        self.latency = latency
        view =
            name == "total"
            ? "frontend: \(operation), all told"
            : Self.views["\(operation) \(name)"] ?? "\(operation): \(name)"
    }

    /// The calls that the contract's evaluation names.
    static let views = [
        "search catalog-query": "frontend: catalog query_by_topic",
        "lookup catalog-query": "frontend: catalog query_by_item",
        "buy order": "frontend: order buy",
        "buy catalog-query": "order: catalog query_by_item",
        "buy catalog-update": "order: catalog update",
    ]
}

/// The store under test.
public struct StoreFacts: Codable, Equatable, Sendable {
    /// The frontend's address.
    public let frontend: String
    /// How the frontend names itself in its answers.
    public let server: String
    /// Whether the run opened it for itself.
    public let isOwn: Bool
    /// What makes a sale durable there, as far as is known.
    public let durability: String
    /// Whether its answers tell what the tiers behind did.
    public let hasServerTiming: Bool
}

/// What the generator of the load used itself.
public struct GeneratorFacts: Codable, Equatable, Sendable {
    /// Event loops that sent requests.
    public let threads: Int
    /// Processor time of these loops as a share of one core, over all measurements.
    public let cpuShare: Double
    /// The same for the busiest loop in the measurement where it was busiest; near 1 it is the generator
    /// that is measured, not the store.
    public let busiestShare: Double

    /// From this share on the generator may well be what bounds the figures.
    public static let suspectShare = 0.85
    /// Whether the generator may have been the bottleneck.
    public var isBottleneck: Bool { busiestShare >= Self.suspectShare }
}

/// How an open loop kept its schedule.
public struct ScheduleFacts: Codable, Equatable, Sendable {
    /// Requests a second that were due.
    public let rate: Double
    /// Requests that were due in the measured part.
    public let due: Int
    /// Of these, never sent: too many waited for a free client, or one waited too long.
    public let notSent: Int
    /// Of these, sent more than a millisecond after their time.
    public let late: Int
}

/// Whether as many copies were sold as there were.
public struct SaleCheck: Codable, Equatable, Sendable {
    /// The book.
    public let item: Int64
    /// Copies on the shelf at the start.
    public let stockAtStart: Int64
    /// Purchases that were answered `Success`.
    public let sold: Int
    /// Purchases without an answer, which may or may not have sold a copy.
    public let unknown: Int
    /// Copies on the shelf at the end.
    public let stockAtEnd: Int64

    /// Whether the books balance.
    public var isRight: Bool { fault == nil }

    /// What is wrong; nil when nothing is.
    public var fault: String? {
        if Int64(sold) > stockAtStart {
            return "oversold: \(sold) purchases of book \(item) succeeded, with \(stockAtStart) copies"
        }
        if unknown > 0 {
            return "undecided: \(sold) of \(stockAtStart) copies of book \(item) sold, "
                + "\(unknown) purchases without an answer"
        }
        if stockAtEnd != 0 {
            return "not sold out: book \(item) has \(stockAtEnd) copies left, \(sold) of \(stockAtStart) sold"
        }
        if Int64(sold) < stockAtStart {
            return "lost: book \(item) is sold out, but only \(sold) of \(stockAtStart) purchases succeeded"
        }
        return nil
    }
}

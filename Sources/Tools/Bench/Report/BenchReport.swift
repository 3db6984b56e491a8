/// The report of a run: the measurements, the machine and store, and the load. All times are milliseconds,
/// all rates are per second.
package struct BenchReport: Codable, Equatable, Sendable {
    /// Which kind of run it was.
    package enum Kind: String, Codable, Sendable {
        /// The evaluation of the contract's section 6.
        case evaluation
        /// A closed or open loop.
        case load
        /// A title that was bought until it was sold out.
        case sellOut = "sell-out"
    }

    /// The version of this format.
    package static let formatNow = 1

    /// The version of the format that it is written in.
    package var format = BenchReport.formatNow
    /// The kind of run.
    package let kind: Kind
    /// The start time, as ISO 8601 in UTC.
    package let startedAt: String
    /// Whether the run was stopped early.
    package let isInterrupted: Bool
    package let machine: MachineFacts
    package let store: StoreFacts
    /// The load, as pairs of a name and a value for people.
    package let load: [Fact]
    /// The resources that the generator used.
    package let generator: GeneratorFacts
    /// The measurements.
    package let cells: [Cell]
    /// How an open loop kept its schedule; nil for a closed one.
    package let schedule: ScheduleFacts?
    /// Whether a sell-out's books balance; nil for other runs.
    package let sale: SaleCheck?
    /// The first response that failed, as an excerpt.
    package let nonsense: String?

    /// The measurement of an operation with this many clients.
    package func cell(_ operation: String, clients: Int) -> Cell? {
        cells.first { $0.operation == operation && $0.clients == clients }
    }

    /// The numbers of clients that were measured, in the order of measurement.
    package var clientCounts: [Int] {
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

internal import Synchronization

/// What a tier measures of itself: each operation that it serves and each call that it makes to another
/// tier, with count, outcomes, requests in flight and latency; and numbers such as queue depths.
///
/// Recording costs one uncontended lock: there is a shard for each event loop, merged when it is read.
package final class SystemMonitor: Sendable {
    /// Which way a measured request went.
    package enum Direction: Sendable, Equatable {
        /// Served to a client of this tier; `name` is the route.
        case served
        /// Made to the tier `peer`; `name` is that tier's route.
        case called(peer: String)
    }

    /// How a request ended, as a label of few values.
    package enum Outcome: Int, CaseIterable, Sendable {
        /// Done.
        case success
        /// Answered `Failed`: sold out, or the stock would have gone below 0.
        case failed
        /// Refused for a fault of the request (4xx).
        case refused
        /// Not done for a fault of the store (5xx, connection lost, deadline passed).
        case error

        /// What a status says. A 5xx blames the store, but for the two that blame a method or version of the
        /// client's (501, 505): a scan of the port has many of them, and is no reason to wake anybody.
        package init(statusCode: Int) {
            switch statusCode {
            case ..<400: self = .success
            case ..<500, 501, 505: self = .refused
            default: self = .error
            }
        }

        /// The label's value.
        package var label: String {
            switch self {
            case .success: "success"
            case .failed: "failed"
            case .refused: "refused"
            case .error: "error"
            }
        }
    }

    /// A measured operation, valid for the monitor that made it.
    package struct Operation: Sendable, Hashable {
        fileprivate let index: Int
    }

    /// A consistent reading of one operation.
    package struct Reading: Sendable {
        /// Which way the requests went.
        package let direction: Direction
        /// The route.
        package let name: String
        /// Requests begun and not ended.
        package internal(set) var inFlight = 0
        /// Latencies in nanoseconds, for each outcome that has occurred.
        package internal(set) var latencies: [Outcome: Distribution] = [:]

        /// Requests ended.
        package var count: Int { latencies.values.reduce(0) { $0 + Int($1.count) } }

        /// Requests that ended so.
        package func count(_ outcome: Outcome) -> UInt64 { latencies[outcome]?.count ?? 0 }
    }

    private struct Cell {
        var inFlight = 0
        // By outcome. Made when the first of its kind comes: each takes 30 KB, and most never come.
        var latencies = [Distribution?](repeating: nil, count: Outcome.allCases.count)
    }

    // A class, because a lock cannot be an element of an array.
    private final class Shard: Sendable {
        let cells = Mutex<[Cell]>([])
    }

    private struct Registry {
        var operations: [(direction: Direction, name: String)] = []
        var numbers: [Number] = []
    }

    /// A metric of which several event loops may each keep a share.
    private struct Number {
        let name: String
        let kind: MetricSample.Kind
        let labels: [MetricSample.Label]
        let help: String
        var cells: [MetricCell]
    }

    private let shards: [Shard]
    private let registry = Mutex(Registry())

    /// The tier's name, as a label in metrics.
    package let tier: String

    /// A monitor with one shard for each of the `shardCount` event loops.
    package init(tier: String, shardCount: Int) {
        self.tier = tier
        shards = (0..<max(1, shardCount)).map { _ in Shard() }
        ProcessFigures.noteStart()
    }

    /// Adds an operation to measure, or finds it again. Meant for start-up.
    package func operation(_ direction: Direction, _ name: String) -> Operation {
        registry.withLock { registry in
            let operations = registry.operations
            if let index = operations.firstIndex(where: { $0.direction == direction && $0.name == name }) {
                return Operation(index: index)
            }
            registry.operations.append((direction, name))
            for shard in shards { shard.cells.withLock { $0.append(Cell()) } }
            return Operation(index: operations.count)
        }
    }

    /// A new share of a number on the metrics page, which shows the sum of all shares with this name and
    /// these labels. Meant for start-up.
    package func cell(
        _ name: String, _ kind: MetricSample.Kind, labels: [MetricSample.Label] = [], help: String
    ) -> MetricCell {
        let cell = MetricCell()
        registry.withLock { registry in
            let found = registry.numbers.firstIndex { number in
                number.name == name && number.labels.elementsEqual(labels, by: ==)
            }
            if let found {
                registry.numbers[found].cells.append(cell)
            } else {
                registry.numbers.append(
                    Number(name: name, kind: kind, labels: labels, help: help, cells: [cell]))
            }
        }
        return cell
    }

    /// Counts a request as in flight. Each call is followed by one of ``end(_:shard:nanos:outcome:)``.
    package func begin(_ operation: Operation, shard: Int) {
        shards[shard].cells.withLock { $0[operation.index].inFlight += 1 }
    }

    /// Records a request's end with its latency in nanoseconds.
    package func end(_ operation: Operation, shard: Int, nanos: UInt64, outcome: Outcome) {
        shards[shard].cells.withLock { cells in
            cells[operation.index].inFlight -= 1
            if cells[operation.index].latencies[outcome.rawValue]?.record(nanos) == nil {
                var first = Distribution(of: .nanos)
                first.record(nanos)
                cells[operation.index].latencies[outcome.rawValue] = first
            }
        }
    }

    /// All operations, in the order in which they were added, with the shards merged.
    package func readings() -> [Reading] {
        registry.withLock { $0.operations }.enumerated().map { index, operation in
            var reading = Reading(direction: operation.direction, name: operation.name)
            for shard in shards {
                // Merged under the lock: a copy would make the shard's next record copy its histogram.
                shard.cells.withLock { cells in
                    reading.inFlight += cells[index].inFlight
                    for outcome in Outcome.allCases {
                        guard let latencies = cells[index].latencies[outcome.rawValue] else { continue }
                        reading.latencies[outcome, default: Distribution(of: .nanos)].add(latencies)
                    }
                }
            }
            return reading
        }
    }

    /// The sums of the numbers that cells were made for.
    func numbers() -> [MetricSample] {
        registry.withLock { $0.numbers }.map { number in
            let sum = number.cells.reduce(0) { $0 + $1.value }
            return MetricSample(
                number.name, number.kind, Double(sum), labels: number.labels, help: number.help)
        }
    }
}

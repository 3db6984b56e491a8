internal import Histogram
internal import Synchronization

/// What a tier measures of itself: each operation that it serves and each call that it makes to another
/// tier, with count, outcomes, requests in flight and latency.
///
/// Recording costs one uncontended lock: there is a shard for each event loop, merged when it is read.
public final class SystemMonitor: Sendable {
    /// Which way a measured request went.
    public enum Direction: Sendable, Equatable {
        /// Served to a client of this tier; `name` is the route.
        case served
        /// Made to the tier `peer`; `name` is that tier's route.
        case called(peer: String)
    }

    /// How a request ended, as a label of few values.
    public enum Outcome: Int, CaseIterable, Sendable {
        /// Done.
        case success
        /// Answered `Failed`: sold out, or the stock would have gone below 0.
        case failed
        /// Refused for a fault of the request (4xx).
        case refused
        /// Not done for a fault of the store (5xx, connection lost, deadline passed).
        case error

        /// The label's value.
        public var label: String {
            switch self {
            case .success: "success"
            case .failed: "failed"
            case .refused: "refused"
            case .error: "error"
            }
        }
    }

    /// A measured operation, valid for the monitor that made it.
    public struct Operation: Sendable, Hashable {
        fileprivate let index: Int
    }

    /// A consistent reading of one operation.
    public struct Reading: Sendable {
        /// Which way the requests went.
        public let direction: Direction
        /// The route.
        public let name: String
        /// Requests ended, by ``Outcome``'s raw value.
        public let counts: [Int]
        /// Requests begun and not ended.
        public let inFlight: Int
        /// Latencies in nanoseconds; 1 µs … 60 s with three significant digits.
        let latencies: Histogram<UInt64>
        /// The sum of all latencies, in nanoseconds.
        public let latencyNanosTotal: UInt64

        /// Requests ended.
        public var count: Int { counts.reduce(0, +) }

        /// The latency that `percent` of the requests did not exceed, in nanoseconds; 0 without any.
        public func latencyNanos(percentile percent: Double) -> UInt64 {
            latencies.totalCount == 0 ? 0 : latencies.valueAtPercentile(percent)
        }

        /// Requests that took no longer than `nanos`.
        func count(upTo nanos: UInt64) -> UInt64 {
            latencies.totalCount == 0 ? 0 : latencies.count(within: 0...nanos)
        }
    }

    private struct Cell {
        var latencies = Cell.emptyHistogram()
        var latencyNanosTotal: UInt64 = 0
        var counts = [Int](repeating: 0, count: Outcome.allCases.count)
        var inFlight = 0

        static let latencyNanosMax: UInt64 = 60_000_000_000

        static func emptyHistogram() -> Histogram<UInt64> {
            Histogram(
                lowestDiscernibleValue: 1_000, highestTrackableValue: latencyNanosMax,
                numberOfSignificantValueDigits: .three)
        }
    }

    // A class, because a lock cannot stand in an array.
    private final class Shard: Sendable {
        let cells = Mutex<[Cell]>([])
    }

    private let shards: [Shard]
    private let names = Mutex<[(direction: Direction, name: String)]>([])

    /// The tier's name, as a label in metrics.
    public let tier: String

    /// A monitor with one shard for each of the `shardCount` event loops.
    public init(tier: String, shardCount: Int) {
        self.tier = tier
        shards = (0..<max(1, shardCount)).map { _ in Shard() }
    }

    /// Adds an operation to measure, or finds it again. Meant for start-up.
    public func operation(_ direction: Direction, _ name: String) -> Operation {
        names.withLock { names in
            if let index = names.firstIndex(where: { $0.direction == direction && $0.name == name }) {
                return Operation(index: index)
            }
            names.append((direction, name))
            for shard in shards { shard.cells.withLock { $0.append(Cell()) } }
            return Operation(index: names.count - 1)
        }
    }

    /// Counts a request as in flight. Each call is followed by one of ``end(_:shard:nanos:outcome:)``.
    public func begin(_ operation: Operation, shard: Int) {
        shards[shard].cells.withLock { $0[operation.index].inFlight += 1 }
    }

    /// Records a request's end with its latency in nanoseconds.
    public func end(_ operation: Operation, shard: Int, nanos: UInt64, outcome: Outcome) {
        shards[shard].cells.withLock { cells in
            cells[operation.index].inFlight -= 1
            cells[operation.index].counts[outcome.rawValue] += 1
            cells[operation.index].latencyNanosTotal += nanos
            cells[operation.index].latencies.record(min(nanos, Cell.latencyNanosMax))
        }
    }

    /// All operations, in the order in which they were added, with the shards merged.
    public func readings() -> [Reading] {
        names.withLock { $0 }.enumerated().map { index, named in
            var total = Cell()
            for shard in shards {
                // Merged under the lock: a copy would make the shard's next record copy its histogram.
                shard.cells.withLock { cells in
                    total.latencies.add(cells[index].latencies)
                    total.latencyNanosTotal += cells[index].latencyNanosTotal
                    total.inFlight += cells[index].inFlight
                    for outcome in cells[index].counts.indices {
                        total.counts[outcome] += cells[index].counts[outcome]
                    }
                }
            }
            return Reading(
                direction: named.direction, name: named.name, counts: total.counts, inFlight: total.inFlight,
                latencies: total.latencies, latencyNanosTotal: total.latencyNanosTotal)
        }
    }
}

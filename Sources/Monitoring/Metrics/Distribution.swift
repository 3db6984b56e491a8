internal import Histogram

/// How many values there were of which size: an HDR histogram, which keeps each to within 1 %, and their
/// exact sum.
package struct Distribution: Sendable {
    /// What the values are.
    package enum Unit: Sendable {
        /// Durations in nanoseconds, resolved from 0.1 µs on and taken for 60 s beyond that; shown in seconds.
        case nanos
        /// Numbers of things, up to 100,000.
        case items
    }

    let unit: Unit
    private var histogram: Histogram<UInt64>
    /// The sum of all values.
    package private(set) var total: UInt64 = 0

    /// A distribution without values.
    package init(of unit: Unit) {
        self.unit = unit
        histogram = Histogram(
            lowestDiscernibleValue: unit.valueMin, highestTrackableValue: unit.valueMax,
            numberOfSignificantValueDigits: .two)
    }

    /// Adds a value.
    package mutating func record(_ value: UInt64) {
        histogram.record(min(value, unit.valueMax))
        total += value
    }

    /// Adds all values of another distribution of the same unit.
    mutating func add(_ other: Distribution) {
        histogram.add(other.histogram)
        total += other.total
    }

    /// Values recorded.
    package var count: UInt64 { histogram.totalCount }

    /// The value that `percent` of the values did not exceed, to within 1 %; 0 without any.
    package func value(percentile percent: Double) -> UInt64 {
        count == 0 ? 0 : histogram.valueAtPercentile(percent)
    }

    /// For each of the unit's bounds, how many values do not exceed it. Found in one pass over the values.
    func cumulativeCounts() -> [UInt64] {
        let bounds = unit.bounds
        var counts = [UInt64](repeating: 0, count: bounds.count)
        var index = 0
        for step in histogram.recordedValues() {
            let value = histogram.lowestEquivalentForValue(step.value)
            while index < bounds.count, value > bounds[index] { index += 1 }
            guard index < bounds.count else { break }
            counts[index] += step.count
        }
        for index in bounds.indices.dropFirst() { counts[index] += counts[index - 1] }
        return counts
    }
}

extension Distribution.Unit {
    fileprivate var valueMin: UInt64 { self == .nanos ? 100 : 1 }
    fileprivate var valueMax: UInt64 { self == .nanos ? 60_000_000_000 : 100_000 }

    /// What a value is divided by to be shown.
    var scale: Double { self == .nanos ? 1e9 : 1 }

    /// Upper bounds of the buckets that the metrics page shows.
    ///
    /// Ten to a decade (the series R10 of ISO 3) from a memory lookup, 5 µs, to a stalled disk, 10 s: fine
    /// enough that a percentile read from them is off by a few percent. Powers of two for numbers of things.
    var bounds: [UInt64] { self == .nanos ? Self.nanosBounds : Self.itemsBounds }

    private static let nanosBounds: [UInt64] = {
        let steps: [UInt64] = [100, 125, 160, 200, 250, 315, 400, 500, 630, 800]
        let decades: [UInt64] = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]
        let all = decades.flatMap { decade in steps.map { step in step * decade } }
        return all.filter { $0 >= 5_000 } + [10_000_000_000]
    }()

    private static let itemsBounds: [UInt64] = (UInt64(0)...12).map { UInt64(1) << $0 }
}

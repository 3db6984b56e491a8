internal import Histogram

/// Latencies of one kind: an HDR histogram with three significant digits, and the exact sum and maximum.
struct LatencyRecorder {
    /// Longer ones count as this long.
    static let nanosMax: UInt64 = 120_000_000_000
    private static let resolutionNanos: UInt64 = 100
    /// Where a percentile curve has its points: dense towards 100, where the slow answers are.
    static let curvePercentiles: [Double] = [
        0, 10, 20, 30, 40, 50, 60, 70, 75, 80, 85, 90, 92.5, 95, 96, 97, 98, 99, 99.25, 99.5, 99.75, 99.9,
        99.95, 99.99, 99.995, 99.999,
    ]

    // Made by the first record: most kinds of answer never come.
    private var histogram: Histogram<UInt64>?
    private var sumNanos: UInt64 = 0
    private var maxNanos: UInt64 = 0

    var count: Int { Int(histogram?.totalCount ?? 0) }

    mutating func record(_ nanos: UInt64) {
        if histogram == nil { histogram = Self.emptyHistogram() }
        let bounded = min(nanos, Self.nanosMax)
        histogram?.record(bounded)
        sumNanos += bounded
        maxNanos = max(maxNanos, bounded)
    }

    mutating func add(_ other: LatencyRecorder) {
        guard let theirs = other.histogram else { return }
        if histogram == nil { histogram = Self.emptyHistogram() }
        histogram?.add(theirs)
        sumNanos += other.sumNanos
        maxNanos = max(maxNanos, other.maxNanos)
    }

    /// Nil without any latency.
    var summary: LatencySummary? {
        guard let histogram, histogram.totalCount > 0 else { return nil }
        let millis = { (nanos: UInt64) in Double(nanos) / 1e6 }
        let at = { (percent: Double) in millis(min(histogram.valueAtPercentile(percent), maxNanos)) }
        let count = Int(histogram.totalCount)
        // Points beyond the last sample would all say the same. (99.9 % as a binary fraction is a hair more.)
        let shown = Self.curvePercentiles.filter { (100 - $0) * Double(count) >= 99.999 }
        return LatencySummary(
            count: count, mean: Double(sumNanos) / Double(count) / 1e6, p50: at(50), p90: at(90), p95: at(95),
            p99: at(99), p999: at(99.9), max: millis(maxNanos),
            curve: shown.map { CurvePoint(percentile: $0, millis: at($0)) }
                + [CurvePoint(percentile: 100, millis: millis(maxNanos))])
    }

    private static func emptyHistogram() -> Histogram<UInt64> {
        Histogram(
            lowestDiscernibleValue: resolutionNanos, highestTrackableValue: nanosMax,
            numberOfSignificantValueDigits: .three)
    }
}

/// Cumulative counts of a histogram's values by the upper bounds of its buckets.
struct BucketCounts: Sendable {
    var counts: [Double: Double] = [:]

    /// Adds the values of another server, or of another operation.
    mutating func add(_ other: BucketCounts) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// The value that `percent` of them did not exceed, in the histogram's unit; nil without any. Values are
    /// assumed to be spread evenly within a bucket. Above the last bound, the result is that bound.
    func percentile(_ percent: Double) -> Double? {
        let buckets = counts.sorted { $0.key < $1.key }
        guard let total = buckets.last?.value, total > 0 else { return nil }
        let rank = total * percent / 100
        var lower = (bound: 0.0, count: 0.0)
        for (bound, count) in buckets {
            if count >= rank, count > lower.count {
                guard bound.isFinite else { return lower.bound }
                return lower.bound + (bound - lower.bound) * (rank - lower.count) / (count - lower.count)
            }
            lower = (bound, count)
        }
        return lower.bound
    }
}

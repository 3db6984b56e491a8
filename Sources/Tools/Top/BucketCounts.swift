/// Values of a histogram by the upper bounds of its buckets, each with all that are not above it.
struct BucketCounts: Sendable {
    var counts: [Double: Double] = [:]

    /// Adds the values of another server, or of another operation.
    mutating func add(_ other: BucketCounts) { counts.merge(other.counts, uniquingKeysWith: +) }

    /// The value that `percent` of them did not exceed, in the histogram's unit; nil without any. Inside of a
    /// bucket they count as spread evenly; above the last bound the bound is all that is known.
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

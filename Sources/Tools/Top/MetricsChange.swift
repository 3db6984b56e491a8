/// The changes between two readings of one server's metrics page. With only one reading, the changes since
/// the server's start.
struct MetricsChange {
    let now: MetricsPage
    let before: MetricsPage?
    /// The time between the readings.
    let seconds: Double

    /// The increase of counters. A counter that has fallen belongs to a restarted server, so its whole
    /// value is new, as in Prometheus.
    func increase(_ name: String, where labels: [String: String] = [:]) -> Double {
        now.samples(name, where: labels).reduce(0) { $0 + increase(of: $1) }
    }

    /// The increase of counters per second.
    func rate(_ name: String, where labels: [String: String] = [:]) -> Double {
        seconds > 0 ? increase(name, where: labels) / seconds : 0
    }

    /// A histogram's new values.
    func buckets(of name: String, where labels: [String: String] = [:]) -> BucketCounts {
        var buckets = BucketCounts()
        for sample in now.samples(name + "_bucket", where: labels) {
            guard let bound = sample.labels["le"].flatMap(Double.init) else { continue }
            buckets.counts[bound, default: 0] += increase(of: sample)
        }
        return buckets
    }

    /// The value that `percent` of a histogram's new values did not exceed: see ``BucketCounts``.
    func percentile(_ percent: Double, of name: String, where labels: [String: String] = [:]) -> Double? {
        buckets(of: name, where: labels).percentile(percent)
    }

    /// The mean of a histogram's new values; nil without any.
    func mean(of name: String) -> Double? {
        let count = increase(name + "_count")
        return count > 0 ? increase(name + "_sum") / count : nil
    }

    private func increase(of sample: MetricsPage.Sample) -> Double {
        guard let earlier = before?.value(of: sample), earlier <= sample.value else { return sample.value }
        return sample.value - earlier
    }
}

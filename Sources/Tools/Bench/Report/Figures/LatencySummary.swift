/// The distribution of many latencies. All times are milliseconds.
package struct LatencySummary: Codable, Equatable, Sendable {
    /// How many latencies there were.
    package let count: Int
    /// Their mean.
    package let mean: Double
    /// What half of them did not exceed.
    package let p50: Double
    /// What 90 % of them did not exceed.
    package let p90: Double
    /// What 95 % of them did not exceed.
    package let p95: Double
    /// What 99 % of them did not exceed.
    package let p99: Double
    /// What 99.9 % of them did not exceed.
    package let p999: Double
    /// The longest.
    package let max: Double
    /// The whole distribution, by rising percentile.
    package let curve: [CurvePoint]
}

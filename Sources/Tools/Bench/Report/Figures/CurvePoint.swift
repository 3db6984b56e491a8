/// One point of a percentile curve.
package struct CurvePoint: Codable, Equatable, Sendable {
    package let percentile: Double
    /// The latency that this share of the answers did not exceed, in milliseconds.
    package let millis: Double
}

internal import Model

/// The sales of one day and topic.
struct DayTotal: Decodable, Sendable {
    /// The day in UTC, such as `2026-11-24`.
    let day: String
    let topic: String
    let sales: Int64
    /// A decimal amount.
    let revenue: String
}

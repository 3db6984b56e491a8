/// How an open loop kept its schedule.
package struct ScheduleFacts: Codable, Equatable, Sendable {
    /// Requests a second that were due.
    package let rate: Double
    /// Requests that were due in the measured part.
    package let due: Int
    /// Of these, never sent: too many waited for a free client, or one waited too long.
    package let notSent: Int
    /// Of these, sent more than a millisecond after their time.
    package let late: Int
}

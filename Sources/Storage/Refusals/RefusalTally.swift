/// What is known of a store's refusals without reading them.
package struct RefusalTally: Sendable {
    /// How many are remembered.
    package internal(set) var count: Int
    /// Refused changes that were answered 503 since the start, as no more could be remembered.
    package internal(set) var shedCount = 0
    /// None that is remembered is older.
    var oldestMinute: Int64
    /// Up to where the table was looked through for old ones.
    var hand = Int64.min
    /// The oldest of those that were passed over.
    var oldestPassed = Int64.max
    /// The clock as the database has it.
    var savedMinute: Int64
    /// The clock when the tally was read, and when that was.
    private var readMinute: Int64
    private var readAt = ContinuousClock.now

    /// A tally as it was read.
    init(count: Int, oldestMinute: Int64, minute: Int64) {
        self.count = count
        self.oldestMinute = oldestMinute
        savedMinute = minute
        readMinute = minute
    }

    /// Minutes that the store has run for. Refusals grow old by them and not by the wall clock: one that jumps a year
    /// ahead would forget every key, and a time for which the store was down is not missed.
    var minute: Int64 { readMinute + (ContinuousClock.now - readAt).components.seconds / 60 }

    /// Takes what a database says that other servers write to as well.
    mutating func follow(count: Int, minute: Int64) {
        self.count = count
        savedMinute = minute
        guard minute != readMinute else { return }
        (readMinute, readAt) = (minute, .now)
    }
}

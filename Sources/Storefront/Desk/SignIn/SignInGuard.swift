/// Decides which addresses may try a password. After some failures in a row an address has to wait, longer
/// each time.
///
/// A plain value without input or output: it receives events and the time, and returns decisions.
struct SignInGuard: Sendable {
    /// The number of failures in a row that starts the waits.
    static let freeFailureCount = 5
    /// The first wait; it doubles with each further failure, up to ``waitMax``.
    static let waitMin = Duration.seconds(30)
    static let waitMax = Duration.seconds(15 * 60)
    /// How long a failure is remembered.
    static let memory = Duration.seconds(60 * 60)
    /// The most addresses that are remembered; beyond them the one with the shortest wait is forgotten.
    static let addressCountMax = 1_000

    private struct Record {
        var failureCount = 0
        var last: ContinuousClock.Instant
        var lockedUntil: ContinuousClock.Instant
    }

    private var records: [String: Record] = [:]

    /// The remaining wait of `address`; nil if it may try.
    func wait(_ address: String, now: ContinuousClock.Instant) -> Duration? {
        guard let record = records[address], record.lockedUntil > now else { return nil }
        return record.lockedUntil - now
    }

    /// Records a wrong password.
    mutating func failed(_ address: String, now: ContinuousClock.Instant) {
        forget(now: now)
        var record = records[address] ?? Record(last: now, lockedUntil: now)
        record.failureCount += 1
        record.last = now
        let excess = record.failureCount - Self.freeFailureCount
        if excess >= 0 {
            // 30 s, 1, 2, 4, 8 minutes, then 15.
            record.lockedUntil = now + min(Self.waitMax, Self.waitMin * (1 << min(excess, 5)))
        }
        records[address] = record
    }

    /// Records the right password.
    mutating func succeeded(_ address: String) { records[address] = nil }

    private mutating func forget(now: ContinuousClock.Instant) {
        records = records.filter { now - $0.value.last < Self.memory }
        guard records.count >= Self.addressCountMax else { return }
        if let least = records.min(by: { $0.value.lockedUntil < $1.value.lockedUntil }) {
            records[least.key] = nil
        }
    }
}

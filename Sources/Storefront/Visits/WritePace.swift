internal import NIOCore

/// Checks that a client takes its responses fast enough.
///
/// A plain value without input or output: it receives counts and times, and returns decisions.
struct WritePace: Sendable {
    /// Bytes written so far.
    private(set) var written = 0
    /// Bytes that the client had taken at `since`, when its pace was last sufficient.
    private var taken = 0
    private var since: NIODeadline?

    /// Adds to the bytes written.
    mutating func wrote(_ count: Int) { written += count }

    /// Returns whether the client is too slow.
    ///
    /// - Parameter waiting: bytes written that the system has not yet taken.
    mutating func isTooSlow(waiting: Int, now: NIODeadline, limits: VisitLimits) -> Bool {
        guard waiting > 0 else {
            since = nil
            return false
        }
        let takenNow = written - waiting
        guard let start = since, takenNow - taken < limits.takenBytesMin else {
            since = now
            taken = takenNow
            return false
        }
        return now - start > limits.writeTimeMax
    }
}

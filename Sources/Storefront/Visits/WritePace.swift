internal import NIOCore

/// Whether a client takes its answers as fast as it must.
///
/// A plain struct: figures and the time in, decisions out.
struct WritePace: Sendable {
    /// Bytes that were written so far.
    private(set) var written = 0
    /// What the client had taken of them when that was enough, and when.
    private var taken = 0
    private var since: NIODeadline?

    /// Notes that bytes were written.
    mutating func wrote(_ count: Int) { written += count }

    /// Whether the client is too slow.
    ///
    /// - Parameter waiting: bytes that are written and that the system has not taken.
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

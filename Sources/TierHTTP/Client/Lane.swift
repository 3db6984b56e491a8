/// Which connections to a tier a call travels on. Answers leave a connection in the order of its requests, so
/// what may take long never blocks what is answered immediately: each lane has connections of its own,
/// opened when the first call of its kind is made.
///
/// Only a server of our own make is known to take so many connections; any other program gets all calls on
/// the same few, one request at a time on each.
package enum Lane: Int, CaseIterable, Sendable {
    /// Lookups, updates and purchases on their way through the tiers: what costs the same however large the
    /// store is. Many at once on one connection, and several in one message.
    case quick
    /// Whole topics, answered from memory, however long. Many at once on one connection as long as its answers
    /// flow.
    case topics
    /// Lists, receipts and totals, which are read from the disk.
    case reads
    /// Searches by words.
    case finds
    /// What storekeepers change, files of books, and purchases that a page waits for.
    case changes
    /// Passwords, which are hashed one after the other, slowly on purpose.
    case passwords
    /// Questions after the health of a tier, which asks others in turn.
    case probes

    /// Whether a connection carries several requests at once. Where not, a call that nobody waits for any
    /// more is ended by ending its connection.
    var isPipelined: Bool {
        switch self {
        case .quick, .topics: true
        case .reads, .finds, .changes, .passwords, .probes: false
        }
    }
}

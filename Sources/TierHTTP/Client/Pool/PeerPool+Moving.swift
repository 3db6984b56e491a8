internal import DequeModule
internal import NIOCore

// What another server of the tier may do instead.
extension PeerPool {
    /// Takes out the calls that wait, for another server.
    mutating func takeWaiting() -> Deque<Exchange> {
        defer { waiting = [] }
        return waiting
    }

    /// Takes out the first `count` calls that wait: those that a broken connection left.
    mutating func takeWaiting(first count: Int) -> [Exchange] {
        defer { waiting.removeFirst(count) }
        return Array(waiting.prefix(count))
    }

    /// Calls in flight that another server may be asked as well, the oldest of each connection first.
    func movable(at now: NIODeadline) -> [Exchange] {
        links.flatMap { link in
            link.line.exchanges.filter { !$0.isEnded && mayRepeat($0, after: link.line.kind, at: now) }
        }
    }

    /// The connections on which nothing is asked any more.
    var unusedConnections: [Connection] {
        links.filter { $0.line.count > 0 && $0.line.exchanges.allSatisfy(\.isEnded) }.map(\.connection)
    }

    func mayRepeat(_ exchange: Exchange, after kind: PeerKind, at now: NIODeadline) -> Bool {
        exchange.mayRepeat(after: kind) && exchange.call.deadline > now
            && exchange.attemptCount < limits.attemptCountMax
    }
}

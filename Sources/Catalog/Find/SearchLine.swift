internal import DequeModule
internal import Monitoring
internal import NIOCore

/// The searches at work and those that wait. A pure state machine: the time is an argument.
struct SearchLine {
    struct Ticket: Equatable {
        let number: Int
        let client: ObjectIdentifier?
        let since: NIODeadline
    }

    private let limits: SearchLimits
    private var lastNumber = 0
    private var waiting: Deque<Ticket> = []
    private var running: [Ticket] = []

    init(_ limits: SearchLimits) { self.limits = limits }

    var waitingCount: Int { waiting.count }
    var runningCount: Int { running.count }

    /// Takes a place in line; nil if all are taken. One client may have half of them.
    mutating func offer(client: ObjectIdentifier?, at now: NIODeadline) -> Ticket? {
        guard waiting.count < limits.waitingCountMax else { return nil }
        if let client, waiting.count(where: { $0.client == client }) >= limits.waitingCountMax / 2 {
            return nil
        }
        lastNumber += 1
        let ticket = Ticket(number: lastNumber, client: client, since: now)
        waiting.append(ticket)
        return ticket
    }

    /// Takes out who may begin, and who has waited too long.
    mutating func next(at now: NIODeadline) -> (begin: [Ticket], late: [Ticket]) {
        let late = waiting.filter { now - $0.since > limits.waitTimeMax }
        waiting.removeAll { now - $0.since > limits.waitTimeMax }
        var begin: [Ticket] = []
        while running.count < limits.atOnceMax {
            let busy = running.compactMap(\.client).reduce(into: [:]) { $0[$1, default: 0] += 1 }
            guard let index = FairTurn.next(among: waiting.lazy.map(\.client), busy: busy) else { break }
            let ticket = waiting.remove(at: index)
            running.append(ticket)
            begin.append(ticket)
        }
        return (begin, Array(late))
    }

    /// A search has ended.
    mutating func end(_ ticket: Ticket) { running.removeAll { $0 == ticket } }

    /// A client has left. Returns whether its search had not begun.
    mutating func leave(_ ticket: Ticket) -> Bool {
        let count = waiting.count
        waiting.removeAll { $0 == ticket }
        return waiting.count < count
    }
}

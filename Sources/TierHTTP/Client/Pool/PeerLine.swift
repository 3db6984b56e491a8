internal import DequeModule
internal import NIOCore

/// What is asked on one connection to a peer and not answered.
///
/// A plain struct: calls that are sent and answers that come in, decisions out.
struct PeerLine {
    /// One message to the peer: a request, or several in a batch.
    enum Flight {
        case single(Exchange)
        case batch([Exchange])

        var exchanges: [Exchange] {
            switch self {
            case .single(let exchange): [exchange]
            case .batch(let exchanges): exchanges
            }
        }

        var count: Int {
            switch self {
            case .single: 1
            case .batch(let exchanges): exchanges.count
            }
        }

        fileprivate var sent: NIODeadline? {
            switch self {
            case .single(let exchange): exchange.sent
            case .batch(let exchanges): exchanges.first?.sent
            }
        }
    }

    /// How a call leaves.
    enum Form: Equatable {
        /// In a message of its own.
        case single
        /// With what else is asked in this tick of the loop.
        case gathered
        /// With what was gathered before it, now.
        case full
    }

    /// What the program at the other end is, by its last answer.
    private(set) var kind = PeerKind.unknown
    /// Calls that are not answered.
    private(set) var count = 0
    private var flights: Deque<Flight> = []
    /// The server's place in its tier. What has gone on to another server keeps its place in line, but is not asked here.
    private let server: Int
    // Reads and changes travel apart: a read for which somebody waits must not wait until changes are on the disk.
    private var reads: [Exchange] = []
    private var changes: [Exchange] = []
    /// How long a connection is new: shorter than any call waits, so that it is not this side that gave it up.
    private static let newTimeMax = TimeAmount.milliseconds(200)
    /// When the peer last sent something.
    private var heardAt: NIODeadline

    init(to server: Int, at now: NIODeadline) {
        self.server = server
        heardAt = now
    }

    /// Calls that are not answered, in the order of their messages.
    var exchanges: [Exchange] {
        (flights.flatMap(\.exchanges) + reads + changes).filter { $0.server == server }
    }

    /// Since when a call waits and nothing at all has come; nil where none waits.
    var silentSince: NIODeadline? {
        let first = flights.lazy.flatMap(\.exchanges).first { $0.server == server && !$0.isEnded }
        return first.map { max($0.sent, heardAt) }
    }

    /// Whether another call may be sent now. Only a peer that is known to answer them side by side gets a second
    /// request before the first is answered: any other might drop it.
    func hasRoom(in lane: Lane, at now: NIODeadline, limits: ClientLimits) -> Bool {
        guard count > 0 else { return true }
        guard kind == .bookstore, lane.isPipelined, count < limits.pipelinedCountMax else { return false }
        guard lane == .topics, let sent = flights.first?.sent else { return true }
        return now - sent < limits.laneStallTimeMax
    }

    mutating func add(_ exchange: Exchange, gathers: Bool) -> Form {
        count += 1
        guard gathers else {
            flights.append(.single(exchange))
            return .single
        }
        let isRead = exchange.isRead && !exchange.call.goesWithChanges
        if isRead { reads.append(exchange) } else { changes.append(exchange) }
        return max(reads.count, changes.count) >= BatchWire.gatheredCountMax ? .full : .gathered
    }

    /// What was gathered, for ``send(_:)``.
    mutating func takeGathered() -> (reads: [Exchange], changes: [Exchange]) {
        defer { (reads, changes) = ([], []) }
        return (reads, changes)
    }

    /// A message with what was gathered is written.
    mutating func send(_ flight: Flight) { flights.append(flight) }

    /// Whether it opened just now, and nothing was answered.
    func isNew(at now: NIODeadline) -> Bool { kind == .unknown && now - heardAt < Self.newTimeMax }

    /// Something has come from the peer.
    mutating func hear(at now: NIODeadline) { heardAt = now }

    /// An answer has come, or is refused: the next message in line has it.
    mutating func land() -> Flight? {
        guard let flight = flights.popFirst() else { return nil }
        count -= flight.count
        return flight
    }

    mutating func identify(as kind: PeerKind) { self.kind = kind }

    /// Finds calls whose time is over.
    ///
    /// - Returns: whether one of them shows that the peer is frozen or cut off: nothing at all came since it was sent.
    func overdue(at now: NIODeadline, into overdue: inout [Exchange]) -> Bool {
        var isStuck = false
        for exchange in exchanges where exchange.call.deadline <= now && !exchange.isEnded {
            overdue.append(exchange)
            if heardAt <= exchange.sent || kind != .bookstore { isStuck = true }
        }
        return isStuck
    }
}

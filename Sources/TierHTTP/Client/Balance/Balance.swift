internal import Model
internal import Monitoring
internal import NIOCore

/// Which of a tier's servers is asked, and when a call goes on to another, as one event loop decides it. A pure state
/// machine: events and the time in, decisions out.
struct Balance {
    /// How long a probe may take.
    static let probeTimeMax = TimeAmount.seconds(1)

    /// What follows from a server's silence.
    enum Silence {
        /// Nothing: it has not lasted, or the others are no better.
        case none
        /// Ask it something that is answered immediately.
        case ask
        /// Let another server have one of its calls: if that is answered, the silence is the server's own, and if
        /// it is not, all have the same trouble.
        case moveOne
        /// Let others have all of its calls.
        case moveAll
    }

    private struct Server {
        var health = ServerHealth()
        var heardAt = NIODeadline.uptimeNanoseconds(0)
        /// When it last answered what is answered immediately.
        var quickHeardAt = NIODeadline.uptimeNanoseconds(0)
        var isAsked = false
        var hasMovedOne = false
    }

    private let rendezvous: Rendezvous
    /// See ``ClientLimits/silenceTimeMax``.
    private let silenceTimeMax: TimeAmount
    private var servers: [Server]
    private var random: FastRandom
    var budget = RepetitionBudget()

    init(
        _ addresses: [ServerAddress], limits: ClientLimits = ClientLimits(), random: FastRandom = FastRandom()
    ) {
        rendezvous = Rendezvous(addresses)
        silenceTimeMax = limits.silenceTimeMax
        servers = addresses.map { _ in Server() }
        self.random = random
    }

    func health(of server: Int) -> ServerHealth { servers[server].health }

    // MARK: Choice

    /// How willingly a server is asked, best first.
    private enum Rank: Int {
        case well, returning, out, down
    }

    /// The server to ask; nil where there is none.
    ///
    /// - Parameters:
    ///   - affinity: what the call is about. Without it the less busy of two random servers is asked.
    ///   - isExcluded: whether a server must not be asked.
    ///   - isDown: whether a connection to it has to be waited for.
    ///   - isWellOnly: whether a server that is out is no choice.
    mutating func choose(
        _ affinity: UInt64?, isWellOnly: Bool = false, at now: NIODeadline, load: (Int) -> Int,
        isExcluded: (Int) -> Bool, isDown: (Int) -> Bool
    ) -> Int? {
        var (first, second): (Int?, Int?) = (nil, nil)
        var best = (rank: Rank.down, score: UInt64(0))
        var next = (rank: Rank.down, score: UInt64(0))
        for server in servers.indices where !isExcluded(server) {
            let score = affinity.map { rendezvous.score(of: $0, at: server) } ?? random.next()
            let rank = rank(of: server, score, isDown: isDown(server), at: now)
            if isWellOnly, rank.rawValue >= Rank.out.rawValue { continue }
            if first == nil || rank.rawValue < best.rank.rawValue
                || (rank == best.rank && score > best.score)
            {
                (second, next) = (first, best)
                (first, best) = (server, (rank, score))
            } else if second == nil || rank.rawValue < next.rank.rawValue
                || (rank == next.rank && score > next.score)
            {
                (second, next) = (server, (rank, score))
            }
        }
        guard affinity == nil, let first, let second, next.rank == best.rank else { return first }
        return load(second) < load(first) ? second : first
    }

    private func rank(of server: Int, _ score: UInt64, isDown: Bool, at now: NIODeadline) -> Rank {
        if isDown { return .down }
        let health = servers[server].health
        // The low bits are a number of its own for each thing, so that a share of all things is below it.
        if score % ServerHealth.wholeShare < health.share(at: now) { return .well }
        return health.isOut ? .out : .returning
    }

    /// Whether there is another server that is not out.
    func hasWell(beside server: Int) -> Bool {
        servers.indices.contains { $0 != server && !servers[$0].health.isOut }
    }

    // MARK: Events

    /// Something has come from a server.
    ///
    /// - Parameter isQuick: on a connection for what is answered immediately.
    mutating func heard(from server: Int, isQuick: Bool, at now: NIODeadline) {
        servers[server].heardAt = now
        guard isQuick else { return }
        servers[server].quickHeardAt = now
        servers[server].hasMovedOne = false
    }

    mutating func answered(
        by server: Int, isFault: Bool, isRead: Bool, sent: NIODeadline, at now: NIODeadline
    ) {
        servers[server].health.answered(isFault: isFault, isRead: isRead, sent: sent, at: now)
    }

    mutating func failedToConnect(to server: Int, at now: NIODeadline) {
        servers[server].health.leave(.unreachable, at: now)
    }

    /// Judges that nothing has come on one of a server's connections since `since`, although it was asked something.
    mutating func silence(
        of server: Int, since: NIODeadline, isQuick: Bool, at now: NIODeadline
    ) -> Silence {
        guard hasWell(beside: server) else { return .none }
        guard isQuick else {
            // What takes long is silent for long: only a server that says nothing at all is asked.
            guard now - max(since, servers[server].heardAt) >= silenceTimeMax else { return .none }
            if isOut(server) { return .moveAll }
            guard !servers[server].isAsked else { return .none }
            servers[server].isAsked = true
            return .ask
        }
        guard now - since >= silenceTimeMax else { return .none }
        if isOut(server) { return .moveAll }
        // What another answered at the beginning of the silence says nothing of the time since.
        let proof = since + .nanoseconds(silenceTimeMax.nanoseconds / 2)
        let isAlone = servers.indices.contains {
            $0 != server && !isOut($0) && servers[$0].quickHeardAt > proof
        }
        if isAlone {
            servers[server].health.leave(.silent, at: now)
            return .moveAll
        }
        guard !servers[server].hasMovedOne else { return .none }
        servers[server].hasMovedOne = true
        return .moveOne
    }

    private func isOut(_ server: Int) -> Bool { servers[server].health.isOut }

    /// What a server was asked because of ``Silence/ask`` has ended.
    mutating func endedAsking(_ server: Int) { servers[server].isAsked = false }

    // MARK: Probes

    /// How long until the next probe is due; nil where no server is out.
    func probeWait(at now: NIODeadline) -> TimeAmount? {
        servers.compactMap(\.health.nextProbe).min().map { max(.zero, $0 - now) }
    }

    /// The servers that are to be probed now.
    mutating func beginProbes(at now: NIODeadline) -> [Int] {
        let due = servers.indices.filter { server in
            servers[server].health.nextProbe.map { $0 <= now } ?? false
        }
        for server in due { servers[server].health.beginProbe() }
        return due
    }

    mutating func probed(_ server: Int, isReady: Bool, at now: NIODeadline) {
        servers[server].health.probed(isReady: isReady, at: now)
    }
}

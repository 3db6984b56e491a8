internal import Processes
internal import Synchronization

/// Takes one server after the other away while another of its tier serves, and then the primary database.
///
/// There are no other faults. So no request may fail for want of a server, and a new primary must serve soon.
struct OneAwayPhase {
    /// The most requests that may fail because one server is away while another of its tier is up.
    static let failedMax = 0
    /// The longest time from a new primary database to the next purchase.
    static let takeoverTimeMax = Duration.seconds(10)
    /// How many of the failed requests a finding names.
    private static let exampleCountMax = 3
    /// How long each is away.
    private static let awayMillis = 1_000

    let store: ChaosStore
    let clients: [ChaosClient]
    let tally: RunTally

    private var injector: FaultInjector { FaultInjector(store: store, tally: tally) }

    func run(stop: StopFlag) async throws {
        // Those of one tier come far apart, for one that was away comes back into use by and by.
        let servers = store.layout.servers.indices.sorted {
            (store.layout.servers[$0].index, $0) < (store.layout.servers[$1].index, $1)
        }
        for server in servers {
            for (name, faults) in waysToGo(server) where !stop.isSet {
                try await away("\(store.layout.servers[server].name) \(name)", faults)
            }
        }
        for loss in [DatabaseFault.Loss.killed, .frozen] where !stop.isSet {
            try await replacePrimary(lost: loss)
        }
    }

    private func waysToGo(_ server: Int) -> [(name: String, faults: [Fault])] {
        let millis = Self.awayMillis
        let ways = store.layout.ways(to: .server(server))
        return [
            ("killed", [.kill(servers: [server], restartMillis: millis, againMillis: nil)]),
            ("frozen", [.freeze(server: server, millis: millis)]),
            ("refusing", ways.map { .refuse(proxy: $0, millis: millis) }),
            ("cut off", ways.map { .hold(proxy: $0, millis: millis) }),
        ]
    }

    private func away(_ name: String, _ faults: [Fault]) async throws {
        let before = tally.counts
        let examples = Mutex<[String]>([])
        try await whileClientsWork {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for fault in faults { group.addTask { try await injector.carryOut(fault) } }
                try await group.waitForAll()
            }
            tally.add(try await store.heal())
        } answered: { [tally] operation, hasOutcome, time in
            if !hasOutcome {
                let seconds = Double(Int(time / .milliseconds(1))) / 1_000
                examples.withLock { $0.append("\(operation.text) after \(seconds) s") }
            }
            tally.count { counts in
                counts.besideOneAway += 1
                counts.failedBesideOneAway += hasOutcome ? 0 : 1
                counts.longestBesideOneAway = max(counts.longestBesideOneAway, time)
            }
        }
        let failed = tally.counts.failedBesideOneAway - before.failedBesideOneAway
        guard failed > Self.failedMax else { return }
        let sent = tally.counts.besideOneAway - before.besideOneAway
        let some = examples.withLock { $0.prefix(Self.exampleCountMax).joined(separator: ", ") }
        let text = "\(name): expected that at most \(Self.failedMax) of \(sent) requests fail"
        tally.add(Finding(.unavailable, "\(text), found \(failed), such as \(some)"))
    }

    private func replacePrimary(lost loss: DatabaseFault.Loss) async throws {
        guard let database = store.database else { return }
        let fault = DatabaseFault.switchOver(loss, promoteMillis: 1_000, oldMillis: 500, rewinds: true)
        try await whileClientsWork {
            try await database.carryOut(fault) { await awaitPurchase(after: fault) }
            tally.add(try await store.heal())
        } answered: { _, _, _ in
        }
    }

    private func awaitPurchase(after fault: DatabaseFault) async {
        tally.promoted()
        let deadline = ContinuousClock.now + Self.takeoverTimeMax
        while tally.isWaitingForPurchase {
            guard ContinuousClock.now < deadline else {
                let text = "\(fault.name): expected a purchase within \(Self.takeoverTimeMax), found none"
                return tally.add(Finding(.unavailable, text))
            }
            // A cancelled wait only looks more often.
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func whileClientsWork(
        _ body: () async throws -> Void, answered: @escaping @Sendable (Operation, Bool, Duration) -> Void
    ) async throws {
        let stop = StopFlag()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { await client.work(until: stop, answered: answered) } }
            defer { stop.set() }
            try await body()
            stop.set()
            try await group.waitForAll()
        }
    }
}

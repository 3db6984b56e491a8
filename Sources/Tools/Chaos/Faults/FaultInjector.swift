internal import NIOCore

/// Carries out the faults of one round. Several may be in effect at the same time.
struct FaultInjector: Sendable {
    /// The interval between checks for servers that died by themselves.
    private static let watchInterval = Duration.milliseconds(20)
    /// The interval between checks whether faults are still ahead of purchases.
    private static let waitInterval = Duration.milliseconds(50)
    private static let waitTimeMax = Duration.seconds(2)

    let store: ChaosStore
    let tally: RunTally

    /// Injects faults until the round is over, and waits until those still in effect have ended.
    func run(_ schedule: inout FaultSchedule, pace: RunPace) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let watching = Task { try await watch() }
            defer { watching.cancel() }
            var last: Task<Void, any Error>?
            while !pace.isOver {
                let fault = schedule.next()
                // The database takes one fault at a time: between two of them all is on both of its servers.
                if case .database = fault { try await last?.value }
                tally.count { $0.faults[fault.name(of: store.layout.servers.count), default: 0] += 1 }
                pace.failed()
                let task = Task { try await carryOut(fault) }
                if case .database = fault { last = task }
                group.addTask { try await task.value }
                try await Task.sleep(for: .milliseconds(schedule.pauseMillis()))
                // The wait is limited, because purchases make no progress while the store is down.
                let deadline = ContinuousClock.now + Self.waitTimeMax
                while pace.isFailingAhead, !pace.isOver, ContinuousClock.now < deadline {
                    try await Task.sleep(for: Self.waitInterval)
                }
            }
            try await group.waitForAll()
        }
    }

    private func watch() async throws {
        while !Task.isCancelled {
            tally.add(try await store.restartDead())
            try await Task.sleep(for: Self.watchInterval)
        }
    }

    /// Carries out a fault to its end.
    func carryOut(_ fault: Fault) async throws {
        switch fault {
        case .kill(let servers, let restart, let again):
            try await kill(servers, restartMillis: restart)
            if let again {
                try await Task.sleep(for: .milliseconds(again))
                try await kill(servers, restartMillis: 0)
            }
        case .freeze(let server, let millis):
            let frozen = store.servers[server].freeze()
            try await Task.sleep(for: .milliseconds(millis))
            if frozen != nil { store.servers[server].thaw(frozen) }
        case .cut(let proxy): store.proxies[proxy].cut()
        case .refuse(let proxy, let millis):
            try await store.proxies[proxy].refuse()
            try await Task.sleep(for: .milliseconds(millis))
            try await store.proxies[proxy].listen()
        case .hold(let proxy, let millis): try await set(.hold, proxy, millis)
        case .delay(let proxy, let late, let jitter, let millis):
            let mode = FaultProxy.Mode.delay(
                .milliseconds(Int64(late)), jitter: .milliseconds(Int64(jitter)))
            try await set(mode, proxy, millis)
        case .mute(let proxy, let millis): try await set(.mute, proxy, millis)
        case .database(let fault): try await store.database?.carryOut(fault) { tally.promoted() }
        }
    }

    /// Sets a proxy's mode for a time. A later fault of the same proxy replaces an earlier one, and ends with
    /// the first of them.
    private func set(_ mode: FaultProxy.Mode, _ proxy: Int, _ millis: Int) async throws {
        store.proxies[proxy].set(mode)
        try await Task.sleep(for: .milliseconds(millis))
        store.proxies[proxy].set(.forward)
    }

    private func kill(_ servers: [Int], restartMillis: Int) async throws {
        // All kills begin before the first wait, so that they overlap.
        let killed = servers.map { store.servers[$0] }.filter { $0.beginKill() }
        for server in killed { try await server.waitUntilGone() }
        if restartMillis > 0 { try await Task.sleep(for: .milliseconds(restartMillis)) }
        for server in killed { try server.launch() }
    }
}

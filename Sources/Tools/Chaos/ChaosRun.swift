internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
package import Processes
internal import TierHTTP

/// A crash test with real servers, clients that buy, faults, and audits.
///
/// After each round all faults are healed, every unknown outcome is settled by its key, and everything that
/// the clients saw is compared with the ledger, the orders, the logs and the stock. The run ends at the
/// first audit that finds anything, and leaves the files unchanged.
package final class ChaosRun: Sendable {
    /// Compares the databases and logs, and returns a line for each difference. It may wait as long as the
    /// store may take to make them agree.
    package typealias BooksCheck = @Sendable (StorePlace) async throws -> [String]

    /// Ends the run early; it still settles, audits and reports.
    package let stop = StopFlag()

    private let options: ChaosOptions
    private let checkBooks: BooksCheck
    private let say: @Sendable (String) -> Void
    private let tally = RunTally()

    /// - Parameter say: receives progress lines.
    package init(
        options: ChaosOptions, checkBooks: @escaping BooksCheck, say: @escaping @Sendable (String) -> Void
    ) {
        self.options = options
        self.checkBooks = checkBooks
        self.say = say
    }

    /// Carries out the run.
    ///
    /// - Throws: ``ChaosFault`` or the system's error when that is impossible.
    package func run() async throws -> ChaosReport {
        let clock = ContinuousClock()
        let start = clock.now
        let clientLoops = TierLoops(count: 1)
        let proxyLoops = TierLoops(count: 1)
        var random = FastRandom()
        let shelf = ChaosShelf(
            count: ChaosOptions.bookCount, duplicateKeys: options.duplicates,
            lastCopies: ChaosOptions.lastCopyCount)
        let store = try await ChaosStore(
            options.layout, program: options.program, folder: options.folder, books: shelf.books,
            random: &random, loops: proxyLoops)
        var report = ChaosReport(options: options)
        do {
            try await work(store, shelf: shelf, loops: clientLoops, report: &report)
        } catch {
            _ = await store.shutdown()
            try? await store.database?.shutdown()
            throw error
        }
        tally.add(await store.shutdown())
        if tally.findingCount == 0 {
            // Check again with nothing running: after a clean stop all files must agree.
            tally.add(try await booksFindings(store))
        }
        try await store.database?.shutdown()
        await clientLoops.shutdown()
        await proxyLoops.shutdown()
        report.conclude(tally, isStopped: stop.isSet, elapsed: clock.now - start)
        return report
    }

    private func work(
        _ store: ChaosStore, shelf: ChaosShelf, loops: TierLoops, report: inout ChaosReport
    ) async throws {
        if let database = store.database {
            say("making a database and its standby in \(store.folder)")
            try await database.start()
        }
        say(
            "starting \(store.servers.count) servers and \(store.proxies.count) proxies in \(store.folder)"
        )
        tally.add(try await store.heal())
        let auditor = try await RunAuditor(store: store, shelf: shelf, loops: loops)
        let duplicates = try await duplicates(store, loops: loops)
        let participants = try await participants(of: store, shelf: shelf, loops: loops)
        var schedule = FaultSchedule(of: options.layout, seed: options.seed)
        for round in 1...options.rounds where !stop.isSet && tally.findingCount == 0 {
            let seconds = try await self.round(
                round, store: store, participants: participants, schedule: &schedule)
            report.faultSeconds += seconds
            say("round \(round) of \(options.rounds): auditing")
            try await audit(store, participants, others: duplicates, auditor: auditor)
            report.rounds += 1
        }
        if store.database != nil, tally.findingCount == 0 {
            say("taking one server at a time away")
            try await OneAwayPhase(store: store, clients: participants.clients, tally: tally).run(stop: stop)
            try await audit(store, participants, others: duplicates, auditor: auditor)
        }
        say("checking that the history is linearizable")
        let operations = await participants.operations + duplicates + auditor.lookups
        let history = HistoryCheck(opening: shelf.books, operations: operations)
        let checked = await history.run()
        tally.add(checked.findings)
        report.history = checked
        report.startCounts = store.servers.map { ($0.name, $0.startCount) }
    }

    private func participants(
        of store: ChaosStore, shelf: ChaosShelf, loops: TierLoops
    ) async throws -> Participants {
        let board = OrderBoard()
        var clients: [ChaosClient] = []
        var customers: [ChaosCustomer] = []
        for number in 1...options.clients {
            let caller = try await StoreCaller(
                frontends: store.frontends, catalogs: store.catalogs, loops: loops)
            if number > 1, number <= options.customers + 1 {
                customers.append(
                    ChaosCustomer(
                        number: number, caller: caller,
                        orders: try await OrderCaller(frontends: store.frontends, loops: loops), shelf: shelf,
                        board: board, tally: tally, seed: options.seed))
            } else {
                clients.append(
                    ChaosClient(
                        number: number, caller: caller, shelf: shelf, tally: tally, seed: options.seed))
            }
        }
        return Participants(
            clients: clients, customers: customers,
            keeper: try await ChaosKeeper(
                store: store, shelf: shelf, tally: tally, seed: options.seed, loops: loops),
            desk: ChaosDesk(
                orders: try await OrderCaller(frontends: store.frontends, loops: loops), board: board,
                tally: tally, seed: options.seed))
    }

    private func duplicates(_ store: ChaosStore, loops: TierLoops) async throws -> [Operation] {
        guard options.duplicates > 0 else { return [] }
        let copyCount = DuplicatesPhase.copyCount
        say("duplicates: \(options.duplicates) keys, each sent \(copyCount) times at once")
        var callers: [StoreCaller] = []
        for _ in 0..<copyCount {
            callers.append(
                try await StoreCaller(frontends: store.frontends, catalogs: store.catalogs, loops: loops))
        }
        let phase = DuplicatesPhase(callers: callers, tally: tally)
        let operations = await phase.run(
            keyCount: options.duplicates, lastKeyCount: ChaosOptions.lastKeyCount, stop: stop)
        for caller in callers { await caller.shutdown() }
        return operations
    }

    // MARK: Rounds

    /// - Returns: how long faults were injected, in seconds.
    private func round(
        _ number: Int, store: ChaosStore, participants: Participants, schedule: inout FaultSchedule
    ) async throws -> Double {
        let start = ContinuousClock.now
        let share = { (total: Int) in (total + self.options.rounds - 1) / self.options.rounds }
        let limit = Duration.seconds(Double(options.seconds) / Double(options.rounds))
        let pace = RunPace(
            purchases: share(options.purchases), faults: share(options.faults), deadline: start + limit,
            stop: stop)
        let showing = Task { [tally, say, options] in
            var line = ProgressLine(options: options, round: number, counts: tally.counts)
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                say(line.text(tally))
            }
        }
        defer { showing.cancel() }
        let injector = FaultInjector(store: store, tally: tally)
        try await withThrowingTaskGroup(of: Void.self) { group in
            participants.work(pace, in: &group)
            try await injector.run(&schedule, pace: pace)
            tally.add(try await store.heal())
            try await group.waitForAll()
        }
        return (ContinuousClock.now - start) / .seconds(1)
    }

    private func audit(
        _ store: ChaosStore, _ participants: Participants, others: [Operation], auditor: RunAuditor
    ) async throws {
        tally.add(await store.database?.findings() ?? [])
        // Check first without any request: the store must complete its files by itself.
        tally.add(try await booksFindings(store))
        await participants.settle()
        let operations = await participants.operations + others
        tally.add(try await booksFindings(store))
        do {
            tally.add(try await auditor.findings(operations, participants.keeper.record))
        } catch  where tally.findingCount > 0 {
            // A store that is wrong may not answer, and what is wrong says more.
        }
    }

    private func booksFindings(_ store: ChaosStore) async throws -> [Finding] {
        try await checkBooks(store.place).map { Finding(.unbalanced, $0) }
    }
}

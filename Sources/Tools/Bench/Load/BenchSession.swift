internal import Foundation
package import Model
internal import Monitoring
package import Processes
package import TierHTTP

/// A store to measure, and the runs that measure it.
package struct BenchSession {
    /// Where and what to ask.
    package var check: FrontendCheck
    /// Zipf's exponent over the books; nil asks for all alike.
    package var zipfExponent: Double?
    /// Whether the store was opened for this run, and what makes its sales durable.
    package var isOwnStore: Bool
    /// What is known of the store's durability.
    package var durability: String
    package var machine: MachineFacts
    /// Event loops; a plan uses as many as it says.
    package var loops: TierLoops
    /// Ends a run before its time.
    package var stop: StopFlag
    /// Takes progress: done, and of how many.
    package var progress: (Int, Int) -> Void

    /// A session with a store.
    package init(
        check: FrontendCheck, zipfExponent: Double?, isOwnStore: Bool, durability: String,
        machine: MachineFacts,
        loops: TierLoops, stop: StopFlag, progress: @escaping (Int, Int) -> Void
    ) {
        self.check = check
        self.zipfExponent = zipfExponent
        self.isOwnStore = isOwnStore
        self.durability = durability
        self.machine = machine
        self.loops = loops
        self.stop = stop
        self.progress = progress
    }

    /// What the evaluation measures.
    package struct EvaluationPlan: Sendable {
        /// Numbers of clients.
        package var clientCounts = OriginalFigures.clientCounts
        /// Measured requests in each cell.
        package var sampleCount = 1_000
        /// Requests before them in each cell, which do not count.
        package var warmupCount = 200
        /// How long one answer may take, in seconds.
        package var timeoutSeconds = 5.0
        /// Event loops of the generator.
        package var threadCount = 1

        /// The contract's evaluation.
        package init() {}
    }

    /// Measures search, lookup and buy with each number of clients.
    ///
    /// - Throws: ``BenchFault``.
    package func evaluate(_ evaluation: EvaluationPlan) async throws -> BenchReport {
        let startedAt = Timestamp.now.secondText
        let findings = try await check.run(on: loops, zipfExponent: zipfExponent)
        let rounds = BenchOperation.allCases.flatMap { operation in
            evaluation.clientCounts.map { (operation, $0) }
        }
        let total = rounds.count * evaluation.sampleCount
        var cells: [Cell] = []
        var sum = LoadTally()
        var seconds = 0.0
        var processorSeconds = 0.0
        for (number, (operation, clients)) in rounds.enumerated() where !stop.isSet {
            var plan = LoadPlan(
                clientCount: clients, pace: .samples(evaluation.sampleCount),
                mix: OperationMix(only: operation),
                zipfExponent: zipfExponent)
            plan.warmupCount = evaluation.warmupCount
            plan.timeoutSeconds = evaluation.timeoutSeconds
            plan.threadCount = evaluation.threadCount
            let tally = try await run(plan, at: findings.target) { done in
                progress(number * evaluation.sampleCount + done, total)
            }
            if tally[operation].endedCount > 0 {
                cells.append(
                    Cell(
                        operation.rawValue, clients: clients, tally: tally[operation], seconds: tally.seconds)
                )
            }
            seconds += tally.seconds
            processorSeconds += tally.seconds * tally.loopShare
            sum.add(tally)
        }
        return report(
            .evaluation, startedAt: startedAt, findings: findings, tally: sum, cells: cells,
            load: [
                Fact("Load", "closed loop: each client sends its next request when it has its answer"),
                Fact(
                    "Samples",
                    "\(evaluation.sampleCount) a cell, after \(evaluation.warmupCount) that do not count"),
                Fact("Books", findings.target.popularity.description),
                Fact("Topics", findings.target.topics.joined(separator: ", ")),
            ],
            generator: GeneratorFacts(
                threads: evaluation.threadCount, cpuShare: seconds > 0 ? processorSeconds / seconds : 0,
                busiestShare: sum.busiestLoopShare))
    }

    /// Runs one load.
    ///
    /// - Throws: ``BenchFault``.
    package func load(_ plan: LoadPlan) async throws -> BenchReport {
        let startedAt = Timestamp.now.secondText
        let findings = try await check.run(on: loops, zipfExponent: zipfExponent)
        let start = ContinuousClock.now
        let tally = try await run(plan, at: findings.target) { done in
            switch plan.pace {
            case .samples(let count): progress(done, count)
            case .seconds(let seconds), .rate(_, let seconds):
                progress(Int((ContinuousClock.now - start) / .milliseconds(1)), Int(seconds * 1_000))
            case .untilSoldOut: break
            }
        }
        return report(
            .load, startedAt: startedAt, findings: findings, tally: tally,
            cells: Self.cells(plan, tally), load: Self.facts(plan, findings.target),
            generator: Self.generator(plan, tally), schedule: Self.schedule(plan, tally))
    }

    /// Buys one title until it is gone and checks that as many copies were sold as there were.
    ///
    /// - Throws: ``BenchFault``.
    package func sellOut(_ item: ItemNumber, plan: LoadPlan) async throws -> BenchReport {
        let startedAt = Timestamp.now.secondText
        let findings = try await check.run(on: loops, zipfExponent: nil)
        let atStart = try await check.stock(of: item.value, on: loops)
        guard atStart > 0 else { throw BenchFault.failed("book \(item) is sold out already") }
        var plan = plan
        plan.pace = .untilSoldOut
        plan.mix = OperationMix(only: .buy)
        var target = findings.target
        target.popularity = ItemPopularity(items: .list([item]), exponent: nil)
        let tally = try await run(plan, at: target) { progress($0, Int(atStart)) }
        let atEnd = try await check.stock(of: item.value, on: loops)
        let buys = tally[.buy]
        let unknown = buys.endedCount - buys.answered.count
        let check = SaleCheck(
            item: item.value, stockAtStart: atStart, sold: buys.answered.count - buys.soldOutCount,
            unknown: unknown, stockAtEnd: atEnd)
        return report(
            .sellOut, startedAt: startedAt, findings: findings, tally: tally,
            cells: Self.cells(plan, tally), load: Self.facts(plan, target),
            generator: Self.generator(plan, tally), sale: check)
    }

    private func run(
        _ plan: LoadPlan, at target: LoadTarget, _ report: @escaping (Int) -> Void
    ) async throws -> LoadTally {
        try await LoadRun(plan: plan, target: target, loops: loops, stop: stop, report: report).run()
    }

    private func report(
        _ kind: BenchReport.Kind, startedAt: String, findings: FrontendCheck.Findings, tally: LoadTally,
        cells: [Cell], load: [Fact], generator: GeneratorFacts, schedule: ScheduleFacts? = nil,
        sale: SaleCheck? = nil
    ) -> BenchReport {
        let store = StoreFacts(
            frontend: check.frontend.description, server: findings.server ?? "does not name itself",
            isOwn: isOwnStore, durability: durability,
            hasServerTiming: findings.hasServerTiming || cells.contains { !$0.tiers.isEmpty })
        return BenchReport(
            kind: kind, startedAt: startedAt, isInterrupted: tally.isInterrupted || stop.isSet,
            machine: machine, store: store, load: load, generator: generator, cells: cells,
            schedule: schedule, sale: sale, nonsense: tally.nonsense)
    }

}

extension BenchSession {
    /// A cell for each operation that was asked for, and one for all together where there are several.
    fileprivate static func cells(_ plan: LoadPlan, _ tally: LoadTally) -> [Cell] {
        let operations = plan.mix.operations
        let cells = operations.map {
            Cell($0.rawValue, clients: plan.clientCount, tally: tally[$0], seconds: tally.seconds)
        }
        guard operations.count > 1 else { return cells }
        let all = Cell(
            "all", clients: plan.clientCount, tally: tally.total, seconds: tally.seconds, hasTiers: false)
        return cells + [all]
    }

    fileprivate static func facts(_ plan: LoadPlan, _ target: LoadTarget) -> [Fact] {
        let clients = "\(plan.clientCount) client\(plan.clientCount == 1 ? "" : "s")"
        let pace =
            switch plan.pace {
            case .samples(let count): "closed loop, \(clients), \(count) samples"
            case .seconds(let seconds): "closed loop, \(clients), \(Figure.seconds(seconds))"
            case .rate(let rate, let seconds):
                "open loop, \(Figure.rate(rate)) requests a second on a fixed schedule for "
                    + "\(Figure.seconds(seconds)), over at most \(plan.clientCount) connections"
            case .untilSoldOut: "closed loop, \(clients), until the book is sold out"
            }
        var facts = [
            Fact("Load", pace), Fact("Warm-up", "\(plan.warmupCount) requests that do not count"),
            Fact("Mix", plan.mix.description), Fact("Books", target.popularity.description),
        ]
        if plan.mix.share(of: .search) > 0 {
            facts.append(Fact("Topics", target.topics.joined(separator: ", ")))
        }
        return facts
    }

    fileprivate static func generator(_ plan: LoadPlan, _ tally: LoadTally) -> GeneratorFacts {
        GeneratorFacts(
            threads: min(plan.threadCount, plan.clientCount), cpuShare: tally.loopShare,
            busiestShare: tally.busiestLoopShare)
    }

    fileprivate static func schedule(_ plan: LoadPlan, _ tally: LoadTally) -> ScheduleFacts? {
        guard case .rate(let rate, _) = plan.pace else { return nil }
        let ended = tally.operations.reduce(0) { $0 + $1.endedCount }
        return ScheduleFacts(
            rate: rate, due: ended + tally.notSentCount, notSent: tally.notSentCount, late: tally.lateCount)
    }
}

@testable import Bench

/// Small runs whose figures are known.
enum ReportFixture {
    static func tally(
        count: Int = 4, nanos: UInt64 = 1_000_000, soldOut: Int = 0, tiers: [String] = []
    ) -> LoadTally.Operation {
        var tally = LoadTally.Operation()
        for _ in 0..<count {
            tally.answered.record(nanos)
            for tier in tiers { tally.recordTier(Array(tier.utf8), nanos: nanos / 2) }
        }
        tally.soldOutCount = soldOut
        return tally
    }

    static var evaluation: BenchReport {
        var troubled = tally(
            count: 1, nanos: 20_000_000, tiers: ["order", "catalog-query", "catalog-update"])
        troubled.failures = ["connection lost": 2]
        troubled.refused.record(100_000)
        return report(
            .evaluation,
            cells: [
                Cell("search", clients: 1, tally: tally(tiers: ["catalog-query"]), seconds: 2),
                Cell("lookup", clients: 1, tally: tally(soldOut: 1, tiers: ["catalog-query"]), seconds: 2),
                Cell("buy", clients: 1, tally: tally(tiers: ["order", "catalog-update"]), seconds: 2),
                Cell("buy", clients: 9, tally: troubled, seconds: 0.5),
            ])
    }

    static var load: BenchReport {
        report(
            .load,
            cells: [
                Cell("search", clients: 64, tally: tally(count: 8), seconds: 2),
                Cell("buy", clients: 64, tally: tally(count: 4, tiers: ["order"]), seconds: 2),
                Cell("all", clients: 64, tally: tally(count: 12), seconds: 2),
            ], schedule: ScheduleFacts(rate: 1_000, due: 2_000, notSent: 7, late: 5))
    }

    static func report(
        _ kind: BenchReport.Kind, cells: [Cell], schedule: ScheduleFacts? = nil, sale: SaleCheck? = nil,
        isInterrupted: Bool = false, nonsense: String? = nil, processor: String = "A <fast> \"one\" & more"
    ) -> BenchReport {
        BenchReport(
            kind: kind, startedAt: "2026-01-02T03:04:05Z", isInterrupted: isInterrupted,
            machine: MachineFacts(
                processor: processor, cores: 2, memoryBytes: 8_589_934_592, system: "Linux",
                loadAverage: 0.5, program: "bookstore 1.0.0, release build"),
            store: StoreFacts(
                frontend: "127.0.0.1:8000", server: "bookstore/1", isOwn: true, durability: "synced, on ext4",
                hasServerTiming: cells.contains { !$0.tiers.isEmpty }),
            load: [Fact("Load", "closed loop"), Fact("Books", "4 books, all alike")],
            generator: GeneratorFacts(threads: 1, cpuShare: 0.25, busiestShare: 0.5), cells: cells,
            schedule: schedule, sale: sale, nonsense: nonsense)
    }
}

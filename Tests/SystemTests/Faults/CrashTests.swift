import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// `kill -9` under load: no confirmed sale and no log line is lost or doubled.
    @Suite struct CrashTests {
        private static let items = [1, 2, 3]
        private static let stock = 5_000

        private static let books = items.map { "init,\($0),\(stock),10,t,Book \($0)\n" }.joined()

        @Test(arguments: [[Tier.catalog], [.order], [.frontend], [.catalog, .order, .frontend]])
        func losesNothing(killed: [Tier]) async throws {
            try await withStore(books: Self.books) { store in
                let buyers = Buyers(port: store.port(.frontend))
                async let buying: Void = buyers.run(count: 6, items: Self.items)
                defer { buyers.stop() }
                for _ in 1...3 {
                    let before = buyers.tally.soldCount
                    try await eventually("sales go on", within: 30) { buyers.tally.soldCount >= before + 40 }
                    for tier in killed { try store.kill(tier) }
                    try await store.start(killed)
                }
                let before = buyers.tally.soldCount
                try await eventually("sales go on", within: 30) { buyers.tally.soldCount >= before + 40 }
                buyers.stop()
                try await buying

                let tally = buyers.tally
                #expect(tally.strange.isEmpty)
                #expect(tally.failedCount == 0)
                // Clients may not notice the death of a tier behind the frontend, which repeats purchases by their keys.
                if killed.contains(.frontend) { #expect(tally.repeatedCount > 0) }
                // The order server catches up from the ledger; confirmed orders are already there.
                try await eventually("the logs agree") { soldByOrderLog(store) == soldByCatalogLog(store) }
                for item in Self.items {
                    let sold = tally.sold[item]?.count ?? 0
                    #expect(try await store.stock(of: item) == Self.stock - sold)
                    #expect(soldByCatalogLog(store)[item] == sold)
                    #expect(soldByOrderLog(store)[item] == sold)
                }
                expectCompleteLogs(store)
                let audit = try await bookstore("verify", in: store.folder)
                #expect(audit.status == 0, "\(audit.output)\n\(audit.errors)")
            }
        }

        /// All tiers die together without load, then the logs are truncated as by a crash.
        @Test func completesLogsThatACrashCutShort() async throws {
            try await withStore(books: Self.books) { store in
                for _ in 1...5 { #expect(try await store.buy(1) == "Success") }
                for tier in Tier.allCases { try store.kill(tier) }
                for (name, line) in [("catalog_log", "update,1,na,-1\n"), ("order_log", "bought book 1\n")] {
                    let path = store.path("output/" + name)
                    let handle = try #require(FileHandle(forWritingAtPath: path))
                    let end = try handle.seekToEnd()
                    // A torn line, as when the machine stops during a write.
                    try handle.truncate(atOffset: end - UInt64(line.utf8.count) / 2)
                    try handle.close()
                }
                try await store.start()
                #expect(store.log("order_log") == Array(repeating: "bought book 1", count: 5))
                #expect(soldByCatalogLog(store) == [1: 5])
                #expect(try await store.buy(1) == "Success")
                #expect(store.log("order_log").count == 6)
                #expect(
                    store.log("catalog_log").allSatisfy {
                        $0.hasPrefix("init") || $0.hasPrefix("query") || $0 == "update,1,na,-1"
                    })
            }
        }

        private func soldByOrderLog(_ store: Store) -> [Int: Int] {
            var counts: [Int: Int] = [:]
            for line in store.log("order_log") {
                guard let item = Int(line.dropFirst("bought book ".count)) else { continue }
                counts[item, default: 0] += 1
            }
            return counts
        }

        private func soldByCatalogLog(_ store: Store) -> [Int: Int] {
            var counts: [Int: Int] = [:]
            for line in store.log("catalog_log") {
                let parts = line.split(separator: ",")
                if parts.count == 4, parts[0] == "update", parts[2...] == ["na", "-1"],
                    let item = Int(parts[1])
                {
                    counts[item, default: 0] += 1
                }
            }
            return counts
        }

        /// Every line is complete and of a known kind, and the `init` lines appear once, at the beginning.
        private func expectCompleteLogs(_ store: Store) {
            let catalogLog = store.log("catalog_log")
            #expect(catalogLog.prefix(3).joined(separator: "\n") + "\n" == Self.books)
            let known = /(query_by_item,[123])|(update,[123],na,-1)/
            #expect(catalogLog.dropFirst(3).allSatisfy { $0.wholeMatch(of: known) != nil })
            #expect(store.log("order_log").allSatisfy { $0.wholeMatch(of: /bought book [123]/) != nil })
        }
    }
}

import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The lines of `catalog_log` and `order_log`.
    @Suite struct LogTests {
        @Test func listsWhatWasExecutedAndNothingElse() async throws {
            try await withStore { store in
                _ = try await store.get("/search?topic=distributed+systems")
                _ = try await store.get("/search?topic=no,such%20topic")
                _ = try await store.get("/lookup/2")
                for _ in 1...4 { _ = try await store.buy(2) }
                _ = try await store.post("/update?item_number=2&cost=10.5&stock=2", to: .catalog)
                _ = try await store.post("/update?item_number=2&cost=8", to: .catalog)
                _ = try await store.post("/update?item_number=2&stock=-3", to: .catalog)
                for refused in ["/lookup/9", "/lookup/x", "/search", "/buy/9", "/buy/0"] {
                    #expect(try await store.get(refused).status >= 400)
                }
                _ = try await store.get("/query_by_item?item_number=4", from: .catalog)
                let sale = ["query_by_item,2", "update,2,na,-1"]
                let expected =
                    defaultInitLines + [
                        "query_by_topic,distributed systems", "query_by_topic,no,such topic",
                        "query_by_item,2",
                    ] + sale + sale + sale + [
                        "query_by_item,2", "update,2,10.50,2", "update,2,8,na", "query_by_item,4",
                    ]
                #expect(try await store.log("catalog_log", becomes: expected) == expected)
                #expect(store.log("order_log") == Array(repeating: "bought book 2", count: 3))
            }
        }

        /// The operating system has a sale's line before the sale is answered.
        @Test func logsASaleBeforeItsAnswer() async throws {
            try await withStore(books: "init,1,50,1,t,Many\n") { store in
                for count in 1...20 {
                    let answer = try await store.buy(1)
                    #expect(answer == "Success")
                    #expect(store.log("order_log").count == count)
                    #expect(store.log("catalog_log").filter { $0 == "update,1,na,-1" }.count == count)
                }
            }
        }

        @Test func writesWaitingQueriesWhenStopped() async throws {
            try await withStore { store in
                for _ in 1...200 { _ = try await store.get("/query_by_item?item_number=1", from: .catalog) }
                try await store.stop()
                #expect(
                    store.log("catalog_log") == defaultInitLines
                        + Array(repeating: "query_by_item,1", count: 200))
            }
        }

        @Test func startsANewFileAfterRotation() async throws {
            try await withStore { store in
                _ = try await store.get("/lookup/1")
                #expect(try await store.buy(1) == "Success")
                for name in ["catalog_log", "order_log"] {
                    try FileManager.default.moveItem(
                        atPath: store.path("output/" + name), toPath: store.path("output/" + name + ".1"))
                }
                // Until the signal, the renamed files are still the logs.
                #expect(try await store.buy(1) == "Success")
                for tier in [Tier.catalog, .order] {
                    try store.process(tier).send(SIGHUP)
                    try await eventually("\(tier) opens a new log") {
                        store.errors(of: tier).contains("opened its logs anew")
                    }
                }
                #expect(try await store.buy(1) == "Success")
                let sale = ["query_by_item,1", "update,1,na,-1"]
                let old = defaultInitLines + ["query_by_item,1"] + sale + sale
                #expect(try await store.log("catalog_log.1", becomes: old) == old)
                #expect(try await store.log("catalog_log", becomes: sale) == sale)
                #expect(store.log("order_log.1") == ["bought book 1", "bought book 1"])
                #expect(store.log("order_log") == ["bought book 1"])

                // After a restart and after a crash, the earlier lines are found in the rotated file.
                try await store.stop([.order, .catalog])
                try await store.start([.catalog, .order])
                for tier in [Tier.catalog, .order] { try store.kill(tier) }
                try await store.start([.catalog, .order])
                #expect(store.log("catalog_log") == sale)
                #expect(store.log("order_log") == ["bought book 1"])
            }
        }

        @Test func omitsQueriesWhenConfigured() async throws {
            try await withStore(options: [.catalog: ["--log-queries", "off"]]) { store in
                _ = try await store.get("/lookup/1")
                _ = try await store.get("/search?topic=graduate+school")
                #expect(try await store.buy(1) == "Success")
                try await store.stop()
                #expect(store.log("catalog_log") == defaultInitLines + ["update,1,na,-1"])
            }
        }

        @Test func samplesQueriesWhenTold() async throws {
            try await withStore(options: [.catalog: ["--log-queries", "sampled"]]) { store in
                for _ in 1...250 { _ = try await store.get("/query_by_item?item_number=1", from: .catalog) }
                #expect(try await store.buy(2) == "Success")
                try await store.stop()
                let lines = store.log("catalog_log").dropFirst(4)
                #expect(lines.filter { $0.hasPrefix("query") }.count == 3)
                #expect(lines.filter { $0.hasPrefix("update") } == ["update,2,na,-1"])
            }
        }

        /// A lost log is written again from the ledger. A catalog log without its database is not
        /// used for a new store.
        @Test func survivesTheLossOfALog() async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                #expect(try await store.buy(2) == "Success")
                try await store.stop()
                for name in ["catalog_log", "order_log"] {
                    try FileManager.default.removeItem(atPath: store.path("output/" + name))
                }
                try await store.start()
                #expect(store.log("catalog_log") == defaultInitLines + ["update,1,na,-1", "update,2,na,-1"])
                #expect(store.log("order_log") == ["bought book 1", "bought book 2"])
                try await store.stop()

                try FileManager.default.removeItem(atPath: store.path("data"))
                let logBefore = store.log("catalog_log")
                let run = try await bookstore("catalog", in: store.folder)
                #expect(run.status == 78)
                #expect(run.errors.contains("catalog_log") && run.errors.contains("--data"), "\(run.errors)")
                #expect(store.log("catalog_log") == logBefore)
                #expect(!FileManager.default.fileExists(atPath: store.path("data/catalog.sqlite")))
            }
        }
    }
}

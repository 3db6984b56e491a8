import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// What `verify` and `recover` report about damaged stores.
    @Suite struct VerifyRecoverTests {
        /// Every discrepancy names its place, what was expected and what was found, in one line.
        @Test func reportsWhatDoesNotMatch() async throws {
            try await withSoldStore { sold in
                #expect(try await sold.verdict { _ in } == [])
                let cases: [(damage: (SoldStore) async throws -> Void, said: [String])] = [
                    (
                        { try await $0.sql("catalog", "UPDATE book SET stock = 9 WHERE item_number = 3") },
                        ["catalog database, stock of book 3: expected 3, found 9"]
                    ),
                    (
                        {
                            try await $0.sql(
                                "catalog",
                                "DROP TRIGGER movement_is_append_only_2; DELETE FROM movement WHERE sequence = 2"
                            )
                        },
                        [
                            "catalog ledger, movement 3 of book 2, its number: expected 2, found 3",
                            "catalog ledger, movement 3 of book 2, number of the sale: expected 2, found 3",
                            "catalog ledger, movement 4 of book 1, stock: expected 2, found 1",
                        ]
                    ),
                    (
                        { try await $0.sql("order", "DELETE FROM purchase WHERE number = 3") },
                        ["order database, book 2: expected an order for sale 3 of the ledger, found none"]
                    ),
                    (
                        { try $0.edit("order_log") { $0 + "bought book 4\n" } },
                        ["order log, book 4: expected 0 lines, found 1"]
                    ),
                    (
                        { try $0.edit("catalog_log") { $0.replacing("update,2,12.50,3\n", with: "") } },
                        [", before it: expected update,2,12.50,3, found none"]
                    ),
                    (
                        { try $0.edit("catalog_log") { $0.replacing("12.50,3", with: "12.51,3") } },
                        [": expected update,2,12.50,3, found update,2,12.51,3"]
                    ),
                    (
                        { try $0.edit("catalog_log") { $0.replacing("init,3,3,5,", with: "init,3,4,5,") } },
                        ["output/catalog_log:3: expected init,3,3,5,"]
                    ),
                ]
                for (damage, said) in cases {
                    let found = try await sold.verdict(damage)
                    for text in said { #expect(found.contains { $0.contains(text) }, "\(text): \(found)") }
                    // A lost movement also shows in the databases and logs that contradict it.
                    if said.count == 1 { #expect(found.count <= 2, "\(found)") }
                }
            }
        }

        /// Missing, foreign, truncated, newer: status 78, the file's name, and not a byte changed.
        @Test(arguments: ["catalog", "order"]) func refusesDatabasesThatAreNoStores(tier: String) async throws
        {
            let other = tier == "catalog" ? "order" : "catalog"
            try await withSoldStore { sold in
                let file = "data/\(tier).sqlite"
                let cases: [(reason: String, damage: (SoldStore) async throws -> Void)] = [
                    ("there is no such database", { try $0.remove(file) }),
                    ("is empty or was cut off", { try $0.cut(file, to: 0) }),
                    ("is empty or was cut off", { try $0.cut(file, to: 1) }),
                    ("is damaged", { try $0.cut(file, to: 100) }),
                    ("is damaged", { try $0.cut(file, to: 4_096) }),
                    ("is damaged", { try $0.cut(file, to: 12_288) }),
                    ("is damaged", { try $0.cut(file, to: 28_672) }),
                    ("is not a database", { try $0.write("A text, and no database at all.\n", to: file) }),
                    (
                        "another program's database",
                        {
                            try $0.remove(file)
                            try FileManager.default.copyItem(
                                atPath: $0.path("data/\(other).sqlite"), toPath: $0.path(file))
                        }
                    ),
                    (
                        "newer version",
                        { try await $0.sql(tier, "INSERT INTO grdb_migrations VALUES ('\(tier) 9: later')") }
                    ),
                ]
                for (index, (reason, damage)) in cases.enumerated() {
                    // Recovery of one database must not trust a damaged other one; a missing one it rebuilds.
                    for command in index == 0 ? ["verify"] : ["verify", "recover"] {
                        let copy = try sold.copy()
                        try await damage(copy)
                        if command == "recover" { try copy.remove("data/\(other).sqlite") }
                        let before = try copy.contents()
                        let run = try await bookstore(command, in: copy.folder)
                        #expect(run.status == 78, "\(tier), \(reason): \(run.status) \(run.errors)")
                        #expect(run.errors.contains("\(file): "), "\(run.errors)")
                        #expect(run.errors.contains(reason), "\(run.errors)")
                        #expect(try copy.contents() == before, "\(tier), \(reason)")
                    }
                }
            }
        }

        /// Lost files are rebuilt, and a store that starts from them balances and remembers.
        @Test(arguments: [
            (["catalog"], "Rebuilt in data: the catalog."), (["order"], "Rebuilt in data: the orders."),
            (["catalog", "order"], "Rebuilt in data: the catalog and the orders."),
        ])
        func rebuildsWhatIsLost(lost: [String], said: String) async throws {
            try await withSoldStore { sold in
                for tier in lost { try sold.remove("data/\(tier).sqlite") }
                let run = try await bookstore("recover", in: sold.folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.output.contains(said), "\(run.output)")
                if lost != ["order"] {
                    #expect(run.output.contains("catalog_log: 4 books, 6 updates"), "\(run.output)")
                    let known = lost.count == 1 ? 5 : 0
                    #expect(run.output.contains("found 5 sales, \(known) of them with"), "\(run.output)")
                }
                let again = try await bookstore("recover", in: sold.folder)
                #expect(again.status == 1)
                #expect(again.errors.contains("both databases are in 'data'"), "\(again.errors)")
                let verdict = try await bookstore("verify", in: sold.folder)
                #expect(verdict.status == 0, "\(verdict.output)")
                try await sold.expectGoesOn(remembersKeys: lost.count == 1)
            }
        }

        /// An invalid log is reported with file and line, and nothing is created.
        @Test func rebuildsNothingFromAnInvalidLog() async throws {
            try await withSoldStore { sold in
                let cases: [(text: String, reason: String)] = [
                    ("", "has no init lines"), ("nonsense\n", "catalog_log:1: is no line of a store's log"),
                    ("update,1,na,-1\n", "catalog_log:1: updates book 1, which no line before it opens"),
                    ("init,1,1,1,t,T\nupdate,1,na,-2\n", "catalog_log:2: takes the stock of book 1 below 0"),
                    ("bought book 1\n", "catalog_log:1: is a line of the order log"),
                ]
                for (text, reason) in cases {
                    let copy = try sold.copy()
                    try FileManager.default.removeItem(atPath: copy.path("data"))
                    try copy.write(text, to: "output/catalog_log")
                    let run = try await bookstore("recover", in: copy.folder)
                    #expect(run.status == 78)
                    #expect(run.errors.contains(reason), "\(run.errors)")
                    #expect(!FileManager.default.fileExists(atPath: copy.path("data")))
                }
                let none = try sold.copy()
                try FileManager.default.removeItem(atPath: none.path("data"))
                try FileManager.default.removeItem(atPath: none.path("output/catalog_log"))
                let run = try await bookstore("recover", in: none.folder)
                #expect(run.status == 78 && run.errors.contains("has no catalog_log"), "\(run.errors)")
            }
        }

        /// The order server of a catalog without a ledger has only its log.
        @Test func rebuildsOrdersFromTheirLogAlone() async throws {
            try await withSoldStore { sold in
                let refused = try await bookstore("recover", "--without-ledger", in: sold.folder)
                #expect(refused.status == 1)
                try sold.remove("data/order.sqlite")
                let ledger = try await bookstore("recover", "--without-ledger", in: sold.folder)
                #expect(ledger.status == 1 && ledger.errors.contains("keeps a ledger"), "\(ledger.errors)")
                try sold.remove("data/catalog.sqlite")
                let run = try await bookstore("recover", "--without-ledger", in: sold.folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.output.contains("read output/order_log: 5 orders"), "\(run.output)")
                #expect(!FileManager.default.fileExists(atPath: sold.path("data/catalog.sqlite")))
                let store = try Store(folder: sold.folder)
                defer { store.end() }
                try store.launch(.order)
                try await eventually("the order server lives") {
                    try await store.status(.order, "/livez") == 200
                }
                #expect(store.log("order_log").count == 5)
            }
        }

        /// Without its database, or with an empty one, no new store is opened while a log contains its sales.
        @Test func opensNoNewStoreOverAnOldLog() async throws {
            try await withSoldStore { sold in
                let cases: [(reason: String, damage: (SoldStore) throws -> Void)] = [
                    ("is empty or was cut off", { try $0.cut("data/catalog.sqlite", to: 0) }),
                    ("belongs to a store whose database", { try $0.remove("data/catalog.sqlite") }),
                    (
                        "belongs to a store whose database",
                        {
                            try $0.remove("data/catalog.sqlite")
                            try FileManager.default.moveItem(
                                atPath: $0.path("output/catalog_log"), toPath: $0.path("output/catalog_log.1")
                            )
                            try $0.write("", to: "output/catalog_log")
                        }
                    ),
                ]
                for (reason, damage) in cases {
                    let copy = try sold.copy()
                    try damage(copy)
                    let before = try copy.contents()
                    let run = try await bookstore("catalog", in: copy.folder)
                    #expect(run.status == 78)
                    #expect(run.errors.contains(reason), "\(run.errors)")
                    #expect(try copy.contents() == before)
                }
            }
        }
    }
}

import Foundation
import GRDB
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// What the store remembers of refused changes: enough for every key, within its limit.
@Suite struct RefusalTests {
    private static func short(_ outcome: Result<UpdateOutcome, StoreError>) -> String {
        switch outcome {
        case .success(.applied(let sale, let replayed)):
            (sale.map { "sale \($0.number)" } ?? "applied") + (replayed ? " again" : "")
        case .success(.refused(let replayed)): replayed ? "refused again" : "refused"
        case .failure(.overloaded): "busy"
        case .failure(let error): "\(error)"
        }
    }

    private func refused(_ name: String) -> StockChange {
        StockChange(item: first.item, units: -100, key: key(name))
    }

    /// Opens the store for `body` with a small limit of refusals.
    private func withStore(
        _ folder: CatalogFolder, hours: Int = 24, countMax: Int = 100, _ body: (ShelvedStore) throws -> Void
    ) throws {
        let store = try ShelvedStore.open(
            folder, refusalHours: hours, refusalCountMax: countMax, firstBooks: { Book.defaults }
        )
        defer { try? store.close() }
        try body(store)
    }

    /// Makes refusals older than they are.
    private func age(_ name: String, hours: Int64, in folder: CatalogFolder) throws {
        let digest = KeyDigest(key(name))
        try folder.execute(
            """
            UPDATE refusal SET minute = minute - \(hours * 60)
            WHERE key_high = \(digest.high) AND key_low = \(digest.low)
            """)
    }

    @Test(.onEachStore) func forgetsOldRefusalsButNotOldSales() async throws {
        let sale = StockChange.sale(of: first.item, key: key("sale"))
        try await withCatalogFolder { folder in
            try withStore(folder) { try $0.commitUnlogged(sale, refused("old"), refused("new")) }
            try age("old", hours: 25, in: folder)
            try age("new", hours: 23, in: folder)
            try withStore(folder) { store in
                try store.commitUnlogged(StockChange(item: second.item, units: 1))
                #expect(store.refusals.count == 1)
                let outcomes = try ["old", "new"].map { try store.outcome(of: refused($0)) }
                #expect(outcomes.map(Self.short) == ["refused", "refused again"])
                #expect(try Self.short(store.outcome(of: sale)) == "sale 1 again")
            }
        }
    }

    /// A clock that is set ahead does not make refusals old.
    @Test func theWallClockForgetsNothing() async throws {
        try await withCatalogFolder { folder in
            try withStore(folder) { try $0.commitUnlogged(refused("a")) }
            try folder.sql { try $0.execute(sql: "UPDATE refusal SET at_millis = at_millis - 1300000000000") }
            try withStore(folder) { store in
                try store.commitUnlogged(StockChange(item: second.item, units: 1))
                #expect(try Self.short(store.outcome(of: refused("a"))) == "refused again")
            }
        }
    }

    /// A refusal that cannot be remembered is not given, and a given one is not forgotten.
    @Test(.onEachStore) func aFullTableAnswersBusy() async throws {
        let soldOut = { (name: String) in StockChange.sale(of: first.item, key: key(name)) }
        try await withCatalogFolder { folder in
            try withStore(folder, countMax: 3) { store in
                try store.commitUnlogged(StockChange(item: first.item, units: -3))
                let outcomes = try ["a", "b", "c", "d"].map { try store.outcome(of: soldOut($0)) }
                #expect(outcomes.map(Self.short) == ["refused", "refused", "refused", "busy"])
                #expect(store.refusals.count == 3 && store.refusals.shedCount == 1)
                // Other books sell, and a refusal without a key needs no room.
                let other = StockChange.sale(of: second.item, key: key("e"))
                #expect(try Self.short(store.outcome(of: other)) == "sale 1")
                let keyless = StockChange(item: first.item, units: -1)
                #expect(try Self.short(store.outcome(of: keyless)) == "refused")
            }
            try withStore(folder, countMax: 3) { store in
                try store.commitUnlogged(StockChange(item: first.item, units: 9))
                let outcomes = try ["a", "b", "c", "d", "d"].map { try store.outcome(of: soldOut($0)) }
                #expect(
                    outcomes.map(Self.short) == [
                        "refused again", "refused again", "refused again", "sale 2", "sale 2 again",
                    ])
            }
        }
    }

    /// When room is short, refusals older than the promised day are forgotten first.
    @Test(.onEachStore) func shortRoomKeepsRefusalsForADay() async throws {
        try await withCatalogFolder { folder in
            try withStore(folder, hours: 168, countMax: 20) { store in
                for number in 1...18 { try store.commitUnlogged(refused("\(number)")) }
            }
            for number in 1...9 { try age("\(number)", hours: 25, in: folder) }
            // With enough room they are kept for a week.
            try withStore(folder, hours: 168) { store in
                try store.commitUnlogged(StockChange(item: second.item, units: 1))
                #expect(store.refusals.count == 18)
            }
            try withStore(folder, hours: 168, countMax: 20) { store in
                try store.commitUnlogged(StockChange(item: second.item, units: 1))
                #expect(store.refusals.count == 9)
                #expect(try Self.short(store.outcome(of: refused("10"))) == "refused again")
                #expect(try Self.short(store.outcome(of: refused("1"))) == "refused")
            }
        }
    }

    @Test func expiresAWholeTableInSteps() async throws {
        try await withCatalogFolder { folder in
            try withStore(folder, countMax: 10_000) { store in
                try store.commitUnlogged((1...2_000).map { .update(refused("\($0)")) })
            }
            try folder.sql {
                try $0.execute(sql: "UPDATE refusal SET minute = minute - 1500 WHERE key_low % 2 = 0")
            }
            let left = try folder.sql {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM refusal WHERE minute >= 0")
            }
            try withStore(folder, countMax: 10_000) { store in
                for _ in 1...8 { try store.commitUnlogged(StockChange(item: second.item, units: 1)) }
                #expect(store.refusals.count == left)
            }
        }
    }

    /// The longest keys need no more room than the shortest.
    @Test func costsFewBytes() async throws {
        let count = 20_000
        let name = String(repeating: "k", count: 200)
        try await withCatalogFolder { folder in
            let size = { try folder.sql { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 } * 4_096 }
            try withStore(folder) { _ in }
            let before = try size()
            try withStore(folder, countMax: count) { store in
                for start in stride(from: 0, to: count, by: 500) {
                    let batch = try store.commitUnlogged(
                        (start..<start + 500).map { .update(refused("\(name)\($0)")) })
                    #expect(batch.results.count == 500)
                }
                #expect(store.refusals.count == count)
            }
            let bytes = Double(try size() - before) / Double(count)
            #expect(bytes < 50, "\(bytes) bytes a refusal")
        }
    }

    /// Refusals of an older store are kept, in less room.
    @Test func migratesRefusalsOfAnOlderStore() async throws {
        try await withCatalogFolder { folder in
            try await folder.makeOlderDatabase(Book.defaults) { database in
                try database.execute(
                    sql: """
                        INSERT INTO refusal (order_key, item_number, units, price_cents, at_millis)
                        VALUES ('late', 1, -1, NULL, 1700000000000), ('other', 2, -9, 500, 1700000000000)
                        """)
            }
            try withStore(folder) { store in
                #expect(store.refusals.count == 2)
                let late = StockChange.sale(of: first.item, key: key("late"))
                #expect(try Self.short(store.outcome(of: late)) == "refused again")
                let receipt = try #require(try store.receipt(of: key("late")))
                #expect(receipt.outcome == .failed && receipt.time.millis == 1_700_000_000_000)
                let other = StockChange(
                    item: second.item, price: try cents(5_00), units: -9, key: key("other"))
                #expect(try Self.short(store.outcome(of: other)) == "refused again")
                #expect(try store.receipt(of: key("other")) == nil)
                let reused = StockChange.sale(of: second.item, key: key("late"))
                #expect(try store.outcome(of: reused) == .failure(.keyReused))
            }
        }
    }
}

extension CatalogFolder {
    /// Makes a database of the version before composed texts.
    func makeOlderDatabase(_ books: [Book], _ fill: @Sendable (Database) throws -> Void) async throws {
        let queue = try DatabaseQueue(path: databasePath)
        try await queue.write { database in
            try database.execute(sql: "PRAGMA application_id = \(CatalogSchema.database.applicationID)")
        }
        try CatalogSchema.database.migrator.migrate(
            queue, upTo: "catalog 2: added and retired books, requests of storekeepers")
        try await queue.write { database in
            try Self.insertOpening(books, in: database)
            try fill(database)
        }
        try queue.close()
    }

    /// Puts books into the table as its first version had it.
    static func insertOpening(_ books: [Book], in database: Database) throws {
        for book in books {
            try database.execute(
                sql: """
                    INSERT INTO book (item_number, title, topic, price_cents, stock,
                        opening_price_cents, opening_stock)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?4, ?5)
                    """,
                arguments: [book.item.value, book.title, book.topic, book.price.amount, book.stock])
        }
    }
}

import Foundation
import Model
import NIOCore
import Services
import Storage
import StoreAPI
import TestSupport
import Testing

@testable import Catalog

/// Several catalogs over one database: one ledger, and a log of its own for each.
@Suite struct CatalogReplicaTests {
    private static let item = first.item

    private func restock(_ item: ItemNumber, _ units: Int64) -> StockChange {
        StockChange(item: item, units: units)
    }

    /// What the ledger says of each log.
    private func ledgerLines(_ folder: CatalogFolder) throws -> [Int64: [String]] {
        let snapshot = try PostgresCatalogSnapshot.read(at: StoreURL(parsing: folder.url))
        return Dictionary(grouping: snapshot.movements, by: \.log).mapValues { $0.map(\.entry.logLine) }
    }

    /// A session that is opened at one catalog is open at each of them, and one that is ended anywhere is ended there.
    @Test func sessionsAreOpenAndEndEverywhere() async throws {
        try await withReplicas { one, two in
            try await withLoops(count: 1) { loops in
                let loop = loops.slots[0].eventLoop
                try await one.withEngine { first in
                    try await two.withEngine { second in
                        let ann = NewKeeper(name: "Ann", role: .owner, password: .typed("correct horse"))
                        _ = try await first.add(ann, for: nil, on: loop).get()
                        await #expect(throws: StoreError.keeperConflict(.taken, name: "Ann")) {
                            try await second.add(ann, for: nil, on: loop).get()
                        }
                        let opened = try await second.signIn(
                            SignIn(name: "ANN", password: "correct horse", device: nil), replacing: nil,
                            for: nil, on: loop
                        ).get()
                        for engine in [first, second] {
                            let session = try await engine.session(opened.secret, on: loop).get()
                            #expect(session.name == "Ann" && session.role == .owner)
                        }
                        _ = try await first.signOut(opened.secret, on: loop).get()
                        for engine in [second, first] {
                            await #expect(throws: StoreError.sessionEnded) {
                                try await engine.session(opened.secret, on: loop).get()
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func eachLogHasWhatItsCatalogExecuted() async throws {
        try await withReplicas { one, two in
            try await withLoops(count: 1) { loops in
                let loop = loops.slots[0].eventLoop
                try await one.withEngine { first in
                    try await two.withEngine { second in
                        for units in 1...6 {
                            let engine = units % 3 == 0 ? second : first
                            _ = try await engine.update(restock(Self.item, Int64(units)), on: loop).get()
                        }
                    }
                }
            }
            let lines = { (units: [Int]) in defaultInitLines + units.map { "update,1,na,\($0)" } }
            #expect(try one.logLines() == lines([1, 2, 4, 5]))
            #expect(try two.logLines() == lines([3, 6]))
            // Whoever starts first, and in the place of a lost log.
            try FileManager.default.removeItem(atPath: one.logPath)
            for folder in [two, one, one, two] { try await folder.withEngine { _ in } }
            #expect(try one.logLines() == lines([1, 2, 4, 5]))
            #expect(try two.logLines() == lines([3, 6]))
        }
    }

    /// What one catalog edits, retires and brings back, the other shows and finds.
    @Test func editsOfOneAreSeenByTheOther() async throws {
        try await withReplicas { one, two in
            try await withLoops(count: 1) { loops in
                let loop = loops.slots[0].eventLoop
                try await one.withEngine { mine in
                    try await two.withEngine { other in
                        let ask = { (work: KeeperRequest.Work) in
                            _ = try await mine.request(KeeperRequest(work), on: loop).get()
                        }
                        let edit = { (title: String, topic: String?) in
                            KeeperRequest.Work.edit(
                                BookEdit(item: Self.item, title: title, topic: topic), expectedVersion: nil)
                        }
                        try await ask(edit("Renamed", "moved"))
                        try await other.current(on: loop).get()
                        #expect(other.bookInShop(Self.item)?.title == "Renamed")
                        #expect(other.listings(topic: "moved").map(\.title) == ["Renamed"])
                        #expect(other.listings(topic: first.topic).map(\.item) == [second.item])
                        try await ask(.retire(Self.item, expectedVersion: nil))
                        try await ask(edit("Again", nil))
                        try await ask(.restore(Self.item))
                        _ = try await other.update(.sale(of: Self.item, key: key("a")), on: loop).get()
                        try await other.current(on: loop).get()
                        #expect(try other.book(Self.item).title == "Again")
                        #expect(try other.book(Self.item).stock == first.stock - 1)
                        #expect(other.bookCount == 4)
                        try await eventually("it is found") {
                            let query = FindQuery(words: FindWords("again"), limit: 9)
                            return try await other.find(query, for: nil, on: loop).get().items == [Self.item]
                        }
                        try await ask(.retire(Self.item, expectedVersion: nil))
                        try await other.current(on: loop).get()
                        #expect(other.bookInShop(Self.item) == nil)
                    }
                }
            }
        }
    }

    /// Each is completed with its own lines, wherever the other's are in the ledger.
    @Test func aCrashOfOneIsOfNoConcernToTheOther() async throws {
        try await withReplicas { one, two in
            for folder in [one, two] { try await folder.withEngine { _ in } }
            try one.withStore { first in
                try two.withStore { second in
                    for units in 1...6 {
                        try (units % 3 == 0 ? second : first).commitUnlogged(restock(Self.item, Int64(units)))
                    }
                    #expect(second.store.lastNumber == 6 && second.lastMovement == 6)
                    #expect(first.store.lastNumber == 5)
                }
            }
            for _ in 0..<2 {
                for folder in [two, one] { try await folder.withEngine { _ in } }
                #expect(try two.logLines() == defaultInitLines + [3, 6].map { "update,1,na,\($0)" })
                #expect(try one.logLines() == defaultInitLines + [1, 2, 4, 5].map { "update,1,na,\($0)" })
            }
        }
    }

    /// Sessions end again and again while both sell.
    @Test func bothSellOnThroughLostConnections() async throws {
        try await withReplicas { one, two in
            let database = PostgresServer.database(of: one.url)
            try await withLoops(count: 1) { loops in
                let loop = loops.slots[0].eventLoop
                try await one.withEngine([try book(1, stock: 1_000)]) { first in
                    try await two.withEngine { second in
                        for number in 0..<60 {
                            if number % 20 == 10 { try PostgresServer.shared.endSessions(of: database) }
                            let engine = number % 2 == 0 ? first : second
                            let sale = StockChange.sale(of: Self.item, key: key("\(number)"))
                            try await eventually("sale \(number) is made") {
                                do {
                                    _ = try await engine.update(sale, on: loop).get()
                                    return true
                                } catch let error as StoreError {
                                    guard case .unavailable = error else { throw error }
                                    return false
                                }
                            }
                        }
                    }
                }
            }
            let inLedger = try ledgerLines(one)
            #expect(inLedger.values.reduce(0) { $0 + $1.count } == 60)
            for (index, folder) in [one, two].enumerated() {
                let logged = try folder.ledgerLines().filter { $0.hasPrefix("update") }
                #expect(logged == inLedger[Int64(index + 1)])
            }
        }
    }

    /// What a catalog did last whose machine is gone for good.
    @Test func theLogOfAnotherIsCompleted() async throws {
        try await withReplicas { one, two in
            for folder in [one, two] { try await folder.withEngine { _ in } }
            let url = try StoreURL(parsing: one.url)
            let complete = { (path: String) in
                try PostgresCatalogStore.completeLog(2, of: url, at: path, logger: silent)
            }
            try two.withStore { _ = try $0.commitUnlogged(restock(Self.item, 2)) }
            try one.withStore { store in
                try store.commitUnlogged(restock(Self.item, 1))
                let lines = defaultInitLines + ["update,1,na,2"]
                for _ in 0..<2 {
                    try complete(two.logPath)
                    #expect(try two.logLines() == lines)
                }
                // With its disk.
                let anew = two.path + "/anew_log"
                try complete(anew)
                #expect(try String(contentsOfFile: anew, encoding: .utf8) == two.logText())
            }
        }
    }

    @Test func aCopiedDataFolderIsRefused() async throws {
        try await withReplicas { one, two in
            try one.withStore { _ in
                try FileManager.default.removeItem(atPath: two.data)
                try FileManager.default.copyItem(atPath: one.data, toPath: two.data)
                let fault = #expect(throws: PostgresError.self) {
                    _ = try PostgresCatalogStore(
                        StoreURL(parsing: two.url), folder: two.data, patience: .zero, firstBooks: { [] })
                }
                #expect(fault?.kind == .refused)
                #expect(fault?.description.contains("log 1 of the catalog") == true)
            }
            try two.withStore { _ in }
        }
    }

    /// The data folder of another database's catalog gets a number of this one's.
    @Test func anotherDatabasesNumberDoesNotCount() async throws {
        try await withReplicas { one, two in
            for folder in [one, two] { try folder.withStore { _ in } }
            try await withReplicas { other, third in
                try other.withStore { _ in }
                let moved = CatalogFolder(path: two.path, kind: two.kind, url: other.url)
                for folder in [third, moved, third] {
                    try folder.withStore { try $0.commitUnlogged(restock(Self.item, 1)) }
                }
                #expect(try ledgerLines(other).mapValues(\.count) == [2: 2, 3: 1])
            }
        }
    }

    @Test func whatOneRefusedTheOtherRefuses() async throws {
        try await withReplicas { one, two in
            let open = { (folder: CatalogFolder) in
                try ShelvedStore.open(folder, refusalCountMax: 3, firstBooks: { Book.defaults })
            }
            let first = try open(one)
            let second = try open(two)
            defer { for store in [first, second] { try? store.close() } }
            let sale = { (name: String) in StockChange.sale(of: Self.item, key: key(name)) }
            try first.commitUnlogged(restock(Self.item, -3))
            for (store, name) in [(first, "a"), (second, "b"), (first, "c")] {
                #expect(try store.outcome(of: sale(name)) == .success(.refused(replayed: false)))
            }
            // Both have the same limit together.
            #expect(try second.outcome(of: sale("d")) == .failure(.overloaded(.refusalsFull)))
            try second.commitUnlogged(restock(Self.item, 5))
            for (store, name) in [(second, "a"), (first, "b"), (second, "c")] {
                #expect(try store.outcome(of: sale(name)) == .success(.refused(replayed: true)))
            }
        }
    }

    // MARK: Tables

    /// Tables as the version before made them, with some movements, a refusal and the mark of a log.
    private func withEarlierTables(_ body: (CatalogFolder) async throws -> Void) async throws {
        try await StoreKind.$current.withValue(.postgresql) {
            try await withCatalogFolder { folder in
                try folder.execute(
                    """
                    CREATE SCHEMA bookstore;
                    CREATE TABLE bookstore.version (tier text PRIMARY KEY, number bigint NOT NULL);
                    INSERT INTO bookstore.version VALUES ('catalog', 1);
                    CREATE TABLE bookstore.log_mark (
                        tier text PRIMARY KEY, inode bigint NOT NULL, place bigint NOT NULL,
                        sequence bigint NOT NULL);
                    CREATE FUNCTION bookstore.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'restrict_violation'; END $$;
                    \(PostgresCatalogSchema.schema.versions[0])
                    INSERT INTO ledger VALUES (true, 77, 2, 1);
                    INSERT INTO book VALUES (1, 'One', 't', 1000, 6, 1000, 3, 1, false, NULL, 2, 1);
                    INSERT INTO movement VALUES
                        (1, 1, 4, NULL, 7, 1000, NULL, NULL, 0, 0, 0),
                        (2, 1, -1, NULL, 6, 1000, 'a', 1, 0, 1, 0);
                    INSERT INTO refusal VALUES (1, 2, 1, -9, NULL, 0, 0);
                    """)
                let log = "init,1,3,10,t,One\nupdate,1,na,4\n"
                try log.write(toFile: folder.logPath, atomically: false, encoding: .utf8)
                let mark = try #require(LogMark(endOf: folder.logPath, sequence: 1)).position
                try folder.execute(
                    "INSERT INTO log_mark VALUES ('catalog', \(mark.inode), \(mark.offset), 1)")
                try await body(folder)
            }
        }
    }

    @Test func earlierTablesAreBroughtForward() async throws {
        try await withEarlierTables { folder in
            let inode = try #require(LogMark(endOf: folder.logPath, sequence: 0)).position.inode
            try await folder.withEngine { engine in
                let stock = try engine.book(Self.item).stock
                #expect(stock == 6)
            }
            // Completed, by its mark, and not written anew.
            #expect(LogMark(endOf: folder.logPath, sequence: 0)?.position.inode == inode)
            #expect(try folder.ledgerLines() == ["init,1,3,10,t,One", "update,1,na,4", "update,1,na,-1"])
            try folder.withStore { store in
                #expect(store.ledger == 77 && store.store.lastNumber == 2 && store.refusals.count == 1)
                try store.commitUnlogged(restock(Self.item, 1))
            }
            #expect(try ledgerLines(folder) == [1: ["update,1,na,4", "update,1,na,-1", "update,1,na,1"]])
            let other = try replica("second", of: folder)
            try other.withStore { try $0.commitUnlogged(restock(Self.item, 2)) }
            #expect(try ledgerLines(folder)[2] == ["update,1,na,2"])
        }
    }

    /// A server of the version before has them: it would not know what it writes.
    @Test func tablesInUseAreNotBroughtForward() async throws {
        try await withEarlierTables { try expectInUse($0) }
    }

    private func expectInUse(_ folder: CatalogFolder) throws {
        let url = try StoreURL(parsing: folder.url)
        let earlier = try PostgresConnection(url, application: "earlier")
        try earlier.run(
            "SELECT pg_advisory_lock($1::bigint) IS NULL", [.int(Int64(PostgresCatalogSchema.schema.lock))])
        let fault = #expect(throws: PostgresError.self) {
            _ = try PostgresCatalogStore(url, folder: folder.data, patience: .zero, firstBooks: { [] })
        }
        #expect(fault?.description.contains("another version") == true)
        try withExtendedLifetime(earlier) { try folder.execute("SELECT FROM log_mark") }
    }

    /// Each replica finds its log again in a ledger that was made anew.
    @Test func aRecoveredLedgerKnowsWhoseLineIsWhose() async throws {
        try await withReplicas { one, two in
            for (index, folder) in [one, two, one].enumerated() {
                try folder.withStore { try $0.commitUnlogged(restock(Self.item, Int64(index + 1))) }
                try await folder.withEngine { _ in }
            }
            let content = try PostgresCatalogSnapshot.read(at: StoreURL(parsing: one.url))
            #expect(content.movements.map(\.log) == [1, 2, 1])
            let server = try PostgresServer.shared
            let url = server.url(try server.newDatabase())
            try PostgresCatalogSnapshot.write(content, at: StoreURL(parsing: url))
            for folder in [two, one] {
                let before = try folder.logText()
                let moved = CatalogFolder(path: folder.path, kind: folder.kind, url: url)
                try await moved.withEngine { _ in }
                #expect(try moved.logText() == before)
            }
        }
    }
}

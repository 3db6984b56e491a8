import Foundation
import Model
import TestSupport
import Testing

@testable import Audit
@testable import Linearizability

/// A ledger of three books and its files.
private struct Shop {
    static let titles = ["One", "Two", "Three"]
    private(set) var changes: [StockChange] = []

    static func item(_ number: Int) -> ItemNumber { ItemNumber(Int64(number))! }

    static let books = titles.indices.map {
        Book(item: item($0 + 1), title: titles[$0], topic: "t", price: cents(1000), stock: 5)
    }

    mutating func sell(_ number: Int) {
        let key = IdempotencyKey(trusted: "key-\(changes.count + 1)")
        changes.append(.sale(of: Self.item(number), key: key))
    }

    mutating func change(_ number: Int, units: Int64? = nil, price: Int64? = nil) {
        changes.append(StockChange(item: Self.item(number), price: price.map(cents), units: units))
    }

    var ledger: LedgerSnapshot {
        var states = Dictionary(uniqueKeysWithValues: Self.books.map { ($0.item, $0) })
        var movements: [LedgerSnapshot.Movement] = []
        var lastSale: Int64 = 0
        for change in changes {
            var book = states[change.item]!
            book.stock += change.units ?? 0
            book.price = change.price ?? book.price
            states[change.item] = book
            lastSale += change.isSale ? 1 : 0
            movements.append(
                LedgerSnapshot.Movement(
                    sequence: Int64(movements.count + 1), change: change,
                    stockAfter: book.stock, sale: change.isSale ? lastSale : nil))
        }
        let books = Self.books.map {
            LedgerSnapshot.BookState(
                now: states[$0.item]!, opening: $0)
        }
        return LedgerSnapshot(ledger: 77, books: books, movements: movements)
    }

    var logLines: [String] { Self.books.map(BookLine.text) + changes.map(\.logLine) }
}

/// Writes lines into a file of a folder.
private func write(_ lines: [String], _ name: String, in folder: String) throws -> OperationLogFiles {
    let path = folder + "/" + name
    try lines.map { $0 + "\n" }.joined().write(toFile: path, atomically: false, encoding: .utf8)
    return OperationLogFiles(paths: [path])
}

private func soldShop() -> Shop {
    var shop = Shop()
    for number in [1, 2, 1, 3, 2] { shop.sell(number) }
    shop.change(2, units: 4, price: 1250)
    shop.sell(2)
    return shop
}

/// One fault is reported once, at its place.
@Suite struct CatalogLogAuditTests {
    private func found(
        _ shop: Shop, _ lines: [String]
    ) async throws -> (discrepancies: [String], count: Int) {
        try await withTemporaryFolder { folder in
            var audit = BooksAudit()
            let count = try audit.check(
                catalogLog: try write(lines, "log", in: folder), against: shop.ledger)
            let said = audit.discrepancies.map { $0.description.replacing(folder + "/", with: "") }
            return (said, count)
        }
    }

    @Test func acceptsAMatchingLog() async throws {
        let shop = soldShop()
        var lines = shop.logLines
        lines.insert("query_by_item,1", at: 5)
        let whole = try await found(shop, lines)
        #expect(whole.discrepancies.isEmpty && whole.count == 7)
        // The caller decides about lines that are not yet written or belong to a later state.
        let behind = try await found(shop, lines.dropLast(2))
        #expect(behind.discrepancies.isEmpty && behind.count == 5)
        let ahead = try await found(shop, lines + ["update,1,na,-1"])
        #expect(ahead.discrepancies.isEmpty && ahead.count == 8)
    }

    @Test func findsAMissingAddedOrAlteredLine() async throws {
        let shop = soldShop()
        var lines = shop.logLines
        // The second sale of book 1 is in line 6, the price in line 9.
        lines.remove(at: 8)
        let missing = try await found(shop, lines)
        #expect(missing.discrepancies == ["log:9, before it: expected update,2,12.50,4, found none"])
        #expect(missing.count == 7)
        lines = shop.logLines
        lines.insert("update,3,na,-3", at: 6)
        let added = try await found(shop, lines)
        #expect(added.discrepancies == ["log:7: expected update,3,na,-1, found update,3,na,-3"])
        lines = shop.logLines
        lines[8] = "update,2,12.51,4"
        let altered = try await found(shop, lines)
        #expect(altered.discrepancies == ["log:9: expected update,2,12.50,4, found update,2,12.51,4"])
        lines = shop.logLines
        lines.swapAt(6, 8)
        #expect(try await !found(shop, lines).discrepancies.isEmpty)
    }

    @Test func stopsComparingAfterManyDifferences() async throws {
        let shop = soldShop()
        let lines = Shop.books.map(BookLine.text) + (1...500).map { "update,1,na,\($0 + 100)" }
        let said = try await found(shop, lines).discrepancies
        #expect(said.count == 101)
        #expect(said.last?.contains("more than 100 lines") == true)
    }

    @Test func reportsTheFirstLedgerFault() {
        let ledger = soldShop().ledger
        var movements = ledger.movements
        movements.remove(at: 2)
        var audit = BooksAudit()
        audit.check(
            ledger: LedgerSnapshot(ledger: ledger.ledger, books: ledger.books, movements: movements))
        #expect(
            audit.discrepancies.map(\.description) == [
                "catalog ledger, movement 4 of book 3, its number: expected 3, found 4",
                "catalog ledger, movement 4 of book 3, number of the sale: expected 3, found 4",
                "catalog database, stock of book 1: expected 4, found 3",
            ])
    }
}

@Suite struct RecoveryTests {
    private func recovered(
        _ shop: Shop, log: [String]? = nil, orders: [OrderSnapshot.Order]? = nil, sold: [Int: Int]? = nil
    ) async throws -> (ledger: LedgerSnapshot, notes: [String]) {
        try await withTemporaryFolder { folder in
            var recovery = Recovery()
            let counts = sold.map { Dictionary(uniqueKeysWithValues: $0.map { (Shop.item($0), $1) }) }
            let ledger = try recovery.catalog(
                logs: [try write(log ?? shop.logLines, "log", in: folder)],
                orders: orders.map { OrderSnapshot(orders: $0) }, soldCounts: counts, newLedger: 5)
            return (ledger, recovery.notes)
        }
    }

    private func orders(_ shop: Shop) -> [OrderSnapshot.Order] {
        var recovery = Recovery()
        return recovery.orders(from: shop.ledger).orders
    }

    /// The parts of two ledgers that must be equal for all promises to hold.
    private func expectSame(_ found: LedgerSnapshot, _ expected: LedgerSnapshot, keys: Bool = true) {
        #expect(found.books.map(\.now) == expected.books.map(\.now))
        #expect(found.movements.map(\.sequence) == expected.movements.map(\.sequence))
        #expect(found.movements.map(\.sale) == expected.movements.map(\.sale))
        #expect(found.movements.map(\.change.logLine) == expected.movements.map(\.change.logLine))
        if keys {
            #expect(found.ledger == expected.ledger)
            #expect(found.movements.map(\.change.key) == expected.movements.map(\.change.key))
        }
        var audit = BooksAudit()
        audit.check(ledger: found)
        #expect(audit.discrepancies.isEmpty)
    }

    @Test func logAndOrdersGiveTheWholeLedger() async throws {
        let shop = soldShop()
        expectSame(
            try await recovered(shop, orders: orders(shop), sold: [1: 2, 2: 3, 3: 1]).ledger, shop.ledger)
    }

    @Test func logsAloneGiveAllButTheKeys() async throws {
        let shop = soldShop()
        let (ledger, notes) = try await recovered(shop, sold: [1: 2, 2: 3, 3: 1])
        expectSame(ledger, shop.ledger, keys: false)
        #expect(Set(ledger.movements.compactMap(\.change.key)).count == 6)
        #expect(notes.contains("found 6 sales, 0 of them with their keys"))
    }

    /// A change by -1 that is not a sale: the order log shows the difference.
    @Test func distinguishesSalesFromOtherChanges() async throws {
        var shop = soldShop()
        shop.change(3, units: -1)
        let (ledger, _) = try await recovered(shop, sold: [1: 2, 2: 3, 3: 1])
        expectSame(ledger, shop.ledger, keys: false)
        let (guessed, notes) = try await recovered(shop)
        #expect(guessed.movements.count { $0.sale != nil } == 7)
        #expect(notes.contains { $0.contains("every other change by -1 is taken for a sale") })
    }

    /// The end of the catalog log is missing; sales in the orders or their log still count.
    @Test func addsConfirmedSalesThatTheLogLacks() async throws {
        let shop = soldShop()
        let short = Array(shop.logLines.dropLast())
        let (fromOrders, notes) = try await recovered(
            shop, log: short, orders: orders(shop), sold: [1: 2, 2: 3, 3: 1])
        expectSame(fromOrders, shop.ledger)
        #expect(notes.contains("added 1 sales that the log lacks, from the order database"))
        let (fromLog, others) = try await recovered(shop, log: short, sold: [1: 2, 2: 3, 3: 1])
        expectSame(fromLog, shop.ledger, keys: false)
        #expect(others.contains("added 1 sales that the log lacks, from the order log"))
    }

    @Test func refusesLogsThatDoNotMatch() async throws {
        let shop = soldShop()
        // A file from the middle is missing: the orders contain sales that the log lacks.
        var lines = shop.logLines
        lines.removeSubrange(5...6)
        await #expect(throws: FileFault.self) {
            try await recovered(shop, log: lines, orders: orders(shop), sold: nil)
        }
        // More copies were sold than there were.
        await #expect(throws: FileFault.self) { try await recovered(shop, sold: [1: 20, 2: 3, 3: 1]) }
    }

    @Test func readsOrdersFromTheLogWithoutALedger() async throws {
        try await withTemporaryFolder { folder in
            var recovery = Recovery()
            let log = try write(["bought book 2", "bought book 1", "bought book 2"], "log", in: folder)
            let orders = try recovery.orders(from: log).orders
            #expect(orders.map(\.item.value) == [2, 1, 2])
            #expect(orders.map(\.number) == [1, 2, 3])
            #expect(orders.allSatisfy { $0.sale == nil })
            #expect(Set(orders.map(\.key)).count == 3)
            let wrong = try write(["bought book 2", "sold book 1"], "wrong", in: folder)
            let fault = #expect(throws: FileFault.self) { try recovery.orders(from: wrong) }
            #expect(fault?.line == 2)
        }
    }
}

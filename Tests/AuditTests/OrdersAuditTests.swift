import Foundation
import Model
import TestSupport
import Testing

@testable import Audit

/// Customers' orders before the auditor, and rebuilt from logs.
@Suite struct OrdersAuditTests {
    private static func item(_ number: Int64) -> ItemNumber { ItemNumber(number)! }

    private static let books = (1...3).map {
        Book(item: item($0), title: "Book \($0)", topic: "t", price: cents(1000), stock: 9)
    }

    /// A ledger that is being written.
    private struct Shop {
        var entries: [(entry: LedgerEntry, takesSale: Bool)] = []

        mutating func buy(_ number: Int64, _ key: String) {
            entries.append((.update(.sale(of: item(number), key: IdempotencyKey(trusted: key))), true))
        }

        mutating func change(_ number: Int64, units: Int64? = nil, price: Int64? = nil) {
            let change = StockChange(item: item(number), price: price.map(cents), units: units)
            entries.append((.update(change), false))
        }

        mutating func step(
            _ order: Int64, _ state: OrderState, _ lines: [(Int64, Int64)], _ key: String? = nil
        ) {
            for (index, line) in lines.enumerated() {
                let movement = OrderMovement(
                    order: order, state: state, item: item(line.0), copies: line.1,
                    key: index == 0 ? key.map { IdempotencyKey(trusted: $0) } : nil)
                entries.append((.order(movement), index == 0 && (state == .placed || state.putsBack)))
            }
        }

        /// - Parameter orders: what the tables of orders say; nil for what follows from the movements.
        func ledger(orders: [LedgerOrder]? = nil) -> LedgerSnapshot {
            var states = Dictionary(uniqueKeysWithValues: books.map { ($0.item, $0) })
            var lastSale: Int64 = 0
            let movements = entries.enumerated().map { index, made in
                let change = made.entry.change
                states[change.item]!.stock += change.units ?? 0
                states[change.item]!.price = change.price ?? states[change.item]!.price
                lastSale += made.takesSale ? 1 : 0
                return LedgerSnapshot.Movement(
                    sequence: Int64(index + 1), entry: made.entry, stockAfter: states[change.item]!.stock,
                    sale: made.takesSale ? lastSale : nil)
            }
            let shelf = books.map { LedgerSnapshot.BookState(now: states[$0.item]!, opening: $0) }
            let bare = LedgerSnapshot(ledger: 7, books: shelf, movements: movements)
            return LedgerSnapshot(
                ledger: 7, books: shelf, movements: movements, orders: orders ?? LedgerOrders(bare).orders)
        }

        var logLines: [String] { books.map(BookLine.text) + entries.map(\.entry.logLine) }
    }

    /// Orders in all states, among other sales.
    private static var soldShop: Shop {
        var shop = Shop()
        shop.buy(1, "k1")
        shop.step(2, .placed, [(1, 1), (2, 2)], "o2")
        shop.change(2, price: 1200)
        shop.buy(3, "k3")
        shop.step(4, .placed, [(2, 1), (3, 1)], "o4")
        shop.step(2, .ready, [(1, 0)])
        shop.step(2, .handedOver, [(1, 0)])
        shop.step(4, .cancelled, [(2, 1), (3, 1)])
        shop.step(2, .returned, [(2, 1)])
        shop.step(7, .placed, [(1, 2)], "o7")
        shop.change(3, units: -1)
        return shop
    }

    private static let soldCounts = [1: 4, 2: 3, 3: 2]

    private func records(_ ledger: LedgerSnapshot) -> OrderSnapshot {
        var recovery = Recovery()
        return recovery.orders(from: ledger)
    }

    private func found(_ ledger: LedgerSnapshot, _ orders: OrderSnapshot? = nil) -> [String] {
        var audit = BooksAudit()
        audit.check(ledger: ledger)
        if let orders { audit.check(orders: orders, against: ledger) }
        return audit.discrepancies.map(\.description)
    }

    @Test func whatFitsIsAccepted() {
        let ledger = Self.soldShop.ledger()
        let orders = records(ledger)
        #expect(found(ledger, orders) == [])
        #expect(ledger.orders.map(\.number) == [2, 4, 7])
        #expect(ledger.orders.map(\.state) == [.handedOver, .cancelled, .placed])
        #expect(ledger.orders[0].lines.map(\.putBack) == [0, 1])
        // What was paid, whatever the books cost since.
        #expect(ledger.orders[0].lines.map(\.price.amount) == [1000, 1000])
        #expect(ledger.orders[1].lines.map(\.price.amount) == [1200, 1000])
        #expect(orders.orders.map(\.key.text) == ["k1", "o2", "k3", "o4", "o4 5", "o2 6", "o7"])
    }

    @Test func aStepThatDoesNotFollowIsFound() {
        let cases: [(change: (inout Shop) -> Void, said: String)] = [
            (
                { $0.step(4, .returned, [(2, 1)]) },
                "movement 15 of order 4: expected a step of an order that is cancelled, found returned"
            ),
            (
                { $0.step(2, .returned, [(2, 2)]) },
                "movement 15 of order 2: expected copies that it has to put back, found 2 of book 2 put back"
            ),
            (
                { $0.step(7, .cancelled, [(1, 1)]) },
                "movement 15 of order 7: expected all copies put back, found a part"
            ),
            (
                { $0.step(5, .ready, [(1, 0)]) },
                "movement 15 of order 5: expected an order that was placed, found order 5"
            ),
            (
                { $0.step(9, .placed, [(1, 1)], "o9") },
                "movement 15 of order 9: expected order 8, as its sale, found order 9"
            ),
        ]
        for (change, said) in cases {
            var shop = Self.soldShop
            change(&shop)
            let found = found(shop.ledger())
            #expect(found.count == 1 && found[0].hasSuffix(said), "\(found)")
        }
    }

    @Test func tablesThatSayOtherwiseAreFound() {
        let right = Self.soldShop.ledger().orders
        var half = right[0]
        half.lines.removeLast()
        var state = right[1]
        state.state = .placed
        var steps = right[0]
        steps.steps[0] = LedgerOrder.Step(movement: 2, movementCount: 1)
        let cases: [(orders: [LedgerOrder], number: Int)] = [
            ([half, right[1], right[2]], 2), ([right[0], state, right[2]], 4), (Array(right.dropLast()), 7),
            ([steps, right[1], right[2]], 2),
        ]
        for (orders, number) in cases {
            let found = found(Self.soldShop.ledger(orders: orders))
            #expect(
                found.count == 1 && found[0].hasPrefix("catalog database, order \(number): "), "\(found)")
        }
    }

    @Test func recordsThatSayOtherwiseAreFound() {
        let ledger = Self.soldShop.ledger()
        var orders = records(ledger).orders
        let whole = orders[1]
        orders[1] = OrderSnapshot.Order(
            number: 2, key: whole.key, item: whole.item, sale: whole.sale,
            share: OrderShare(
                order: 2, state: .placed, lines: [OrderLine(item: Self.item(1), copies: 1)]))
        #expect(
            found(ledger, OrderSnapshot(orders: orders)) == [
                "order database, order 2 of book 1, copies: expected 1:1,2:2 placed in order 2, found 1:1 placed in order 2"
            ])
    }

    @Test func eachCopyHasItsLine() async throws {
        let orders = records(Self.soldShop.ledger())
        let lines =
            (1...3).flatMap { number in
                Array(repeating: "bought book \(number)", count: Self.soldCounts[number] ?? 0)
            } + ["cancelled book 2", "cancelled book 3", "returned book 2"]
        try await withTemporaryFolder { folder in
            let found = { (lines: [String]) throws -> [String] in
                let path = folder + "/order_log"
                try lines.map { $0 + "\n" }.joined().write(toFile: path, atomically: false, encoding: .utf8)
                var audit = BooksAudit()
                let counts = try audit.count(orderLog: OperationLogFiles(paths: [path]))
                audit.checkNoMore(lines: counts, than: orders)
                audit.add(BooksAudit.missingLines(counts, of: orders))
                return audit.discrepancies.map(\.description)
            }
            let (whole, other) = (
                try found(lines), try found(Array(lines.dropLast()) + ["cancelled book 2"])
            )
            #expect(whole == [])
            #expect(
                other == [
                    "order log, cancelled book 2: expected 1 lines, found 2",
                    "order log, returned book 2: expected 1 lines, found 0",
                ])
        }
    }

    // MARK: Recovery

    private func recovered(
        _ shop: Shop, lineCount: Int? = nil, orders: OrderSnapshot? = nil, sold: [Int: Int]? = soldCounts
    ) async throws -> (ledger: LedgerSnapshot, notes: [String]) {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let lines = shop.logLines.prefix(lineCount ?? .max)
            try lines.map { $0 + "\n" }.joined().write(toFile: path, atomically: false, encoding: .utf8)
            var recovery = Recovery()
            let ledger = try recovery.catalog(
                logs: [OperationLogFiles(paths: [path])], orders: orders,
                soldCounts: sold.map { sold in
                    Dictionary(uniqueKeysWithValues: sold.map { (Self.item(Int64($0)), $1) })
                }, newLedger: 8)
            return (ledger, recovery.notes)
        }
    }

    private func expectSame(_ found: LedgerSnapshot, _ expected: LedgerSnapshot, keys: Bool = true) {
        #expect(found.books.map(\.now) == expected.books.map(\.now))
        #expect(found.movements.map(\.entry.logLine) == expected.movements.map(\.entry.logLine))
        #expect(found.movements.map(\.sale) == expected.movements.map(\.sale))
        #expect(found.orders == expected.orders)
        if keys {
            #expect(found.movements.map(\.entry) == expected.movements.map(\.entry))
            #expect(found.ledger == expected.ledger)
        }
        #expect(self.found(found, records(found)) == [])
    }

    @Test func logAndRecordsGiveTheWholeLedger() async throws {
        let ledger = Self.soldShop.ledger()
        expectSame(try await recovered(Self.soldShop, orders: records(ledger)).ledger, ledger)
        // Without the order log, too; only it tells that the last change was no sale.
        var shop = Self.soldShop
        shop.entries.removeLast()
        let all = shop.ledger()
        expectSame(try await recovered(shop, orders: records(all), sold: nil).ledger, all)
    }

    @Test func logsAloneGiveAllButTheKeys() async throws {
        let (ledger, notes) = try await recovered(Self.soldShop)
        expectSame(ledger, Self.soldShop.ledger(), keys: false)
        #expect(notes.contains("found 5 sales, 0 of them with their keys"), "\(notes)")
        #expect(notes.contains { $0.hasPrefix("3 orders are back with their states") }, "\(notes)")
    }

    /// What the order server had not recorded yet follows from the log.
    @Test(arguments: 0...7) func theLastRecordsMayBeMissing(count: Int) async throws {
        let ledger = Self.soldShop.ledger()
        let known = OrderSnapshot(orders: Array(records(ledger).orders.prefix(count)))
        let found = try await recovered(Self.soldShop, orders: known).ledger
        expectSame(found, ledger, keys: false)
        let keys = found.movements.compactMap(\.change.key)
        #expect(keys.count { !$0.text.hasPrefix("recovered") } == min(count, 4) + (count == 7 ? 1 : 0))
    }

    /// A power cut took the end of the catalog's log, and not what the order server recorded.
    @Test func whatTheLogLacksIsAdded() async throws {
        var shop = Self.soldShop
        shop.entries.removeLast()
        let ledger = shop.ledger()
        for count in 7...shop.logLines.count {
            let found = try await recovered(shop, lineCount: count, orders: records(ledger)).ledger
            #expect(found.books.map(\.now.stock) == ledger.books.map(\.now.stock), "\(count)")
            #expect(found.orders.map(\.lines) == ledger.orders.map(\.lines))
            #expect(found.orders.map(\.state) == ledger.orders.map(\.state))
            #expect(self.found(found, records(found)) == [])
        }
    }

    /// An order of several books of which nothing is told after its placing looks like several purchases, and those after it
    /// get later numbers.
    @Test func ordersAreRenumberedWhereTheLogSaysTooLittle() async throws {
        var shop = Shop()
        shop.step(1, .placed, [(1, 1), (2, 1)], "a")
        shop.step(2, .placed, [(1, 1), (2, 2)], "b")
        shop.step(2, .cancelled, [(1, 1), (2, 2)])
        let (ledger, notes) = try await recovered(shop, sold: [1: 2, 2: 3])
        #expect(ledger.orders.map(\.number) == [3] && ledger.orders[0].state == .cancelled)
        #expect(ledger.books.map(\.now.stock) == [8, 8, 9])
        #expect(notes.contains { $0.hasPrefix("1 orders have other numbers than in the log") }, "\(notes)")
        #expect(found(ledger, records(ledger)) == [])
    }

    @Test func aStepOfNoOrderIsRefused() async throws {
        var shop = Shop()
        shop.buy(1, "a")
        shop.step(1, .cancelled, [(2, 1)])
        await #expect(throws: FileFault.self) { try await recovered(shop, sold: [1: 1]) }
    }
}

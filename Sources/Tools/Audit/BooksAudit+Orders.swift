package import Model

// Checks of customers' orders, and of what order servers record.
extension BooksAudit {
    /// Checks that the steps of each order follow from one another, that no copy was put back twice, and that the tables of orders
    /// say what the movements do.
    mutating func checkOrders(of ledger: LedgerSnapshot) {
        let made = LedgerOrders(ledger)
        for fault in made.faults {
            record(
                "catalog ledger, movement \(fault.movement) of order \(fault.order)",
                expected: fault.expected, found: fault.found)
        }
        let expected = Dictionary(uniqueKeysWithValues: made.orders.map { ($0.number, $0) })
        let stored = Dictionary(uniqueKeysWithValues: ledger.orders.map { ($0.number, $0) })
        for number in Set(expected.keys).union(stored.keys).sorted() where expected[number] != stored[number]
        {
            record(
                "catalog database, order \(number)", expected: expected[number]?.description ?? "none",
                found: stored[number]?.description ?? "none")
        }
    }

    /// Checks that what stands under a number of the ledger has the same key, book and lines there.
    package mutating func check(orders: OrderSnapshot, against ledger: LedgerSnapshot) {
        let sales = Dictionary(
            ledger.sales.map { ($0.position.number, $0) }, uniquingKeysWith: { first, _ in first })
        for order in orders.orders {
            guard let position = order.sale else { continue }
            let place = "order database, order \(order.number) of book \(order.item)"
            guard position.ledger == ledger.ledger else {
                record(place, expected: "a sale of this catalog's ledger", found: "a sale of another ledger")
                continue
            }
            guard let sale = sales[position.number] else {
                record(
                    place, expected: "a sale of the ledger",
                    found: "sale \(position.number), which it does not have")
                continue
            }
            expect("\(place), book", sale.item, found: order.item)
            expect("\(place), key", sale.recordKey, found: order.key)
            expect("\(place), copies", Self.words(sale.share), found: Self.words(order.share))
        }
    }

    private static func words(_ share: OrderShare?) -> String {
        share.map { "\($0.text) \($0.state.words) in order \($0.order)" } ?? "one, in no order"
    }

    /// The sales of the ledger without an order.
    package static func missingOrders(_ orders: OrderSnapshot, of ledger: LedgerSnapshot) -> [Discrepancy] {
        let known = Set(orders.orders.compactMap(\.sale).filter { $0.ledger == ledger.ledger }.map(\.number))
        return ledger.movements.compactMap { movement in
            guard let sale = movement.sale, !known.contains(sale) else { return nil }
            return Discrepancy(
                place: "order database, book \(movement.change.item)",
                expected: "an order for sale \(sale) of the ledger", found: "none")
        }
    }
}

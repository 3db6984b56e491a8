public import Model

/// Checks that the books balance: the ledger with the stock, the orders with the ledger, each log with its
/// database. It compares; it reads nothing itself.
public struct BooksAudit: Sendable {
    /// One thing that does not fit.
    public struct Discrepancy: Sendable, Equatable, CustomStringConvertible {
        /// Where it was found: a database, a log, a book.
        public let place: String
        /// What should stand there.
        public let expected: String
        /// What stands there.
        public let found: String

        /// Takes the parts as they are.
        public init(place: String, expected: String, found: String) {
            self.place = place
            self.expected = expected
            self.found = found
        }

        /// One line for a person.
        public var description: String { "\(place): expected \(expected), found \(found)" }
    }

    /// Everything that does not fit, in the order in which it was found.
    public private(set) var discrepancies: [Discrepancy] = []

    /// An audit that has found nothing yet.
    public init() {}

    private mutating func expect<Value: Equatable>(
        _ place: @autoclosure () -> String, _ expected: Value, found: Value
    ) {
        if expected != found { note(place(), expected: "\(expected)", found: "\(found)") }
    }

    private mutating func note(_ place: String, expected: String, found: String) {
        discrepancies.append(Discrepancy(place: place, expected: expected, found: found))
    }

    // MARK: The ledger

    /// For each book: opening stock plus all changes is the stock, step by step; sales are numbered without
    /// a gap; no key stands twice.
    public mutating func check(ledger: LedgerSnapshot) {
        for fault in ledger.faults { note("catalog database", expected: "a sound file", found: fault) }
        var states = Dictionary(uniqueKeysWithValues: ledger.books.map { ($0.now.item, $0.opening) })
        var keys: [IdempotencyKey: Int64] = [:]
        var lastSale: Int64 = 0
        for (index, movement) in ledger.movements.enumerated() {
            let place = "catalog ledger, movement \(movement.sequence)"
            expect(place, Int64(index + 1), found: movement.sequence)
            guard var book = states[movement.change.item] else {
                note(place, expected: "a book of the catalog", found: "book \(movement.change.item)")
                continue
            }
            book.stock += movement.change.units ?? 0
            book.price = movement.change.price ?? book.price
            states[movement.change.item] = book
            expect("\(place), stock of book \(book.item)", book.stock, found: movement.stockAfter)
            if book.stock < 0 { note(place, expected: "a stock of 0 or more", found: "\(book.stock)") }
            if let key = movement.change.key, let earlier = keys.updateValue(movement.sequence, forKey: key) {
                note(place, expected: "a key of its own", found: "the key of movement \(earlier)")
            }
            if let sale = movement.sale {
                lastSale += 1
                expect("\(place), number of the sale", lastSale, found: sale)
            }
            expect("\(place), whether it is a sale", movement.change.isSale, found: movement.sale != nil)
        }
        for state in ledger.books {
            guard let book = states[state.now.item] else { continue }
            expect("catalog database, stock of book \(book.item)", book.stock, found: state.now.stock)
            expect("catalog database, price of book \(book.item)", book.price, found: state.now.price)
        }
    }

    // MARK: The orders

    /// Every order that names the ledger's sale is that sale: same number, key and book.
    public mutating func check(orders: OrderSnapshot, against ledger: LedgerSnapshot) {
        for fault in orders.faults { note("order database", expected: "a sound file", found: fault) }
        let sales = Self.sales(of: ledger)
        for order in orders.orders {
            guard let sale = order.sale else { continue }
            let place = "order database, order \(order.number)"
            guard sale.ledger == ledger.ledger else {
                note(place, expected: "a sale of this catalog's ledger", found: "a sale of another ledger")
                continue
            }
            guard let movement = sales[sale.number] else {
                note(
                    place, expected: "a sale of the ledger",
                    found: "sale \(sale.number) of book \(order.item)")
                continue
            }
            expect("\(place), book", movement.change.item, found: order.item)
            expect("\(place), key", movement.change.key, found: order.key)
        }
    }

    /// Sales of the ledger that no order stands for.
    public static func missingOrders(_ orders: OrderSnapshot, of ledger: LedgerSnapshot) -> [Discrepancy] {
        let known = Set(orders.orders.compactMap(\.sale).filter { $0.ledger == ledger.ledger }.map(\.number))
        return sales(of: ledger).keys.filter { !known.contains($0) }.sorted().map { sale in
            Discrepancy(
                place: "order database", expected: "an order for sale \(sale) of the ledger", found: "none")
        }
    }

    private static func sales(of ledger: LedgerSnapshot) -> [Int64: LedgerSnapshot.Movement] {
        var sales: [Int64: LedgerSnapshot.Movement] = [:]
        for movement in ledger.movements {
            if let sale = movement.sale { sales[sale] = movement }
        }
        return sales
    }

    // MARK: The logs

    /// The catalog log's `init` lines are the opening state, and its updates are the ledger's first
    /// movements, in order: replaying it gives the ledger's stock and prices. Lines are checked as far as
    /// they go.
    ///
    /// - Returns: how many of the ledger's movements the log has.
    public mutating func check(catalogLog: OperationLogFiles, against ledger: LedgerSnapshot) throws -> Int {
        let opening = Dictionary(uniqueKeysWithValues: ledger.books.map { ($0.now.item, $0.opening) })
        var opened: Set<ItemNumber> = []
        var count = 0
        try catalogLog.forEachLine { line, place in
            do throws(LineFault) {
                switch try OperationLogLine(parsing: line) {
                case .opening(let book):
                    if opening[book.item] != book {
                        let expected = opening[book.item].map { BookLine.text($0) } ?? "no such book"
                        note("\(place)", expected: expected, found: String(line))
                    }
                    if !opened.insert(book.item).inserted {
                        note("\(place)", expected: "each book opened once", found: "book \(book.item) again")
                    }
                case .update:
                    let expected =
                        count < ledger.movements.count ? ledger.movements[count].change.logLine : nil
                    count += 1
                    // A line beyond this snapshot of the ledger belongs to a later one.
                    if let expected, expected != line {
                        note("\(place)", expected: expected, found: String(line))
                    }
                case .query: break
                case .bought: note("\(place)", expected: "a line of the catalog log", found: String(line))
                }
            } catch {
                note("\(place)", expected: "a line of the catalog log", found: error.reason)
            }
        }
        if opened.count < opening.count {
            note("catalog log", expected: "\(opening.count) init lines", found: "\(opened.count)")
        }
        return count
    }

    /// How many updates the catalog log has.
    public func count(catalogLog: OperationLogFiles) throws -> Int {
        var count = 0
        try catalogLog.forEachLine { line, _ in count += line.hasPrefix("update,") ? 1 : 0 }
        return count
    }

    /// Notes a catalog log that is ahead of the ledger.
    public mutating func checkNoMore(updateCount: Int, than ledger: LedgerSnapshot) {
        guard updateCount > ledger.movements.count else { return }
        note("catalog log", expected: "\(ledger.movements.count) updates", found: "\(updateCount)")
    }

    /// How often the order log says that each book was bought.
    public mutating func count(orderLog: OperationLogFiles) throws -> [ItemNumber: Int] {
        var counts: [ItemNumber: Int] = [:]
        try orderLog.forEachLine { line, place in
            if case .bought(let item)? = try? OperationLogLine(parsing: line) {
                counts[item, default: 0] += 1
            } else {
                note("\(place)", expected: "bought book N", found: String(line.prefix(80)))
            }
        }
        return counts
    }

    /// Notes books of which the order log has more lines than there are orders.
    public mutating func checkNoMore(lines: [ItemNumber: Int], than orders: OrderSnapshot) {
        let ordered = Self.counts(of: orders)
        for (item, count) in lines.sorted(by: { $0.key < $1.key }) where count > ordered[item, default: 0] {
            note("order log, book \(item)", expected: "\(ordered[item, default: 0]) lines", found: "\(count)")
        }
    }

    /// Books of which the order log has fewer lines than there are orders.
    public static func missingLines(_ lines: [ItemNumber: Int], of orders: OrderSnapshot) -> [Discrepancy] {
        counts(of: orders).sorted { $0.key < $1.key }.filter { lines[$0.key, default: 0] < $0.value }.map {
            item, count in
            Discrepancy(
                place: "order log, book \(item)", expected: "\(count) lines",
                found: "\(lines[item, default: 0])")
        }
    }

    /// Adds what a check with patience found at its end.
    public mutating func add(_ found: [Discrepancy]) { discrepancies += found }

    private static func counts(of orders: OrderSnapshot) -> [ItemNumber: Int] {
        var counts: [ItemNumber: Int] = [:]
        for order in orders.orders { counts[order.item, default: 0] += 1 }
        return counts
    }
}

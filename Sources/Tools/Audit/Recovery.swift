package import Model

/// Reconstructs a lost database from what is left. It reads only logs and writes nothing.
package struct Recovery {
    /// The steps taken, in order, for the person who asked.
    package private(set) var notes: [String] = []

    package init() {}

    /// Reconstructs the catalog's database from its log.
    ///
    /// The log has no keys and does not show which changes were sales. The order server's database has both,
    /// in the ledger's order. If it is lost too, the order log shows how many copies of each book were sold,
    /// and the sales get keys that no client has. Without either, every change by -1 counts as a sale: one
    /// sale too many in the books does less harm than a forgotten one.
    ///
    /// - Parameters:
    ///   - log: the catalog log with its rotated files, oldest first.
    ///   - orders: the order server's database; nil when it is lost.
    ///   - soldCounts: the purchases of each book in the order log; nil when it is lost.
    ///   - openedEmpty: whether the store was opened without books, so that its log does not begin with any.
    ///   - newLedger: the identity of the ledger if no order contains it.
    /// - Throws: ``Model/FileFault`` with the invalid place in the log.
    package mutating func catalog(
        log: OperationLogFiles, orders: OrderSnapshot?, soldCounts: [ItemNumber: Int]?,
        openedEmpty: Bool = false, newLedger: Int64
    ) throws -> LedgerSnapshot {
        var replay = try Replay(log: log, openedEmpty: openedEmpty)
        notes.append(
            "read \(log.paths.joined(separator: ", ")): \(replay.opening.count) books, "
                + "\(replay.movements.count) updates")
        let ledger = orders?.orders.last { $0.sale != nil }?.sale?.ledger ?? newLedger
        let sales = (orders?.orders ?? []).filter { $0.sale?.ledger == ledger }
            .sorted { ($0.sale?.number ?? 0) < ($1.sale?.number ?? 0) }
        try replay.assign(sales: sales, soldCounts: soldCounts, notes: &notes)
        if soldCounts == nil {
            notes.append("there is no order log: every other change by -1 is taken for a sale")
        } else {
            try replay.add(soldCounts: soldCounts ?? [:], notes: &notes)
        }
        notes.append("keys of refused purchases and of restocks stand in no log: they are forgotten")
        return LedgerSnapshot(
            ledger: ledger,
            books: replay.opening.map { book in
                LedgerSnapshot.BookState(
                    now: replay.states[book.item] ?? book, openingPrice: book.price,
                    openingStock: book.stock, isRetired: replay.retired.contains(book.item),
                    addedBy: replay.addedBy[book.item])
            }, movements: replay.movements)
    }

    /// Reconstructs the order server's database from its log alone, for a catalog without a ledger. The log
    /// has no keys.
    ///
    /// - Throws: ``Model/FileFault`` with the first line that is not a line of an order log.
    package mutating func orders(from log: OperationLogFiles) throws -> OrderSnapshot {
        var orders: [OrderSnapshot.Order] = []
        try log.forEachLine { line, place in
            guard case .bought(let item)? = try? OperationLogLine(parsing: line) else {
                throw FileFault(path: place.path, line: place.line, reason: "is no line of the order log")
            }
            let number = Int64(orders.count + 1)
            orders.append(
                OrderSnapshot.Order(
                    number: number, key: IdempotencyKey(trusted: "recovered-order-\(number)"), item: item,
                    sale: nil))
        }
        notes.append("read \(log.paths.joined(separator: ", ")): \(orders.count) orders")
        notes.append("their keys stand in no log: a purchase that is repeated would be made again")
        return OrderSnapshot(orders: orders)
    }

    /// Reconstructs the order server's database from the catalog's ledger, which has every sale with its key.
    package mutating func orders(from ledger: LedgerSnapshot) -> OrderSnapshot {
        var orders: [OrderSnapshot.Order] = []
        for movement in ledger.movements {
            guard let sale = movement.sale, let key = movement.change.key else { continue }
            orders.append(
                OrderSnapshot.Order(
                    number: Int64(orders.count + 1), key: key, item: movement.change.item,
                    sale: SalePosition(ledger: ledger.ledger, number: sale)))
        }
        notes.append("took \(orders.count) orders from the catalog's ledger")
        return OrderSnapshot(orders: orders)
    }
}

/// The replayed catalog log.
private struct Replay {
    private(set) var opening: [Book] = []
    private(set) var states: [ItemNumber: Book] = [:]
    private(set) var movements: [LedgerSnapshot.Movement] = []
    private(set) var retired: Set<ItemNumber> = []
    /// The movements that added books.
    private(set) var addedBy: [ItemNumber: Int64] = [:]
    private let openedEmpty: Bool
    private var lastSale: Int64 = 0
    /// The number of sales found so far, by book.
    private var matched: [ItemNumber: Int] = [:]

    init(log: OperationLogFiles, openedEmpty: Bool) throws {
        self.openedEmpty = openedEmpty
        try log.forEachLine { line, place in
            do throws(LineFault) {
                switch try OperationLogLine(parsing: line) {
                case .opening(let book):
                    guard states.updateValue(book, forKey: book.item) == nil else {
                        throw LineFault(
                            "book \(book.item) is opened a second time; are the logs of one store?")
                    }
                    open(book)
                case .update(let change): try apply(change, sale: nil)
                case .retired(let item): try retire(item)
                case .query:
                    guard openedEmpty || !opening.isEmpty else {
                        throw LineFault(
                            """
                            is no init line, with which the log of a store begins: an older log is missing; bring \
                            it back. (A store that was opened without books is rebuilt with --opened-empty.)
                            """)
                    }
                case .bought: throw LineFault("is a line of the order log, not of the catalog's")
                }
            } catch {
                throw FileFault(path: place.path, line: place.line, reason: error.reason)
            }
        }
        guard openedEmpty || !opening.isEmpty else {
            throw FileFault(
                path: log.paths.first ?? "catalog_log",
                reason: "has no init lines; name the rotated logs too, the oldest first")
        }
        opening.sort { $0.item < $1.item }
    }

    /// Adds a book. Those before all changes are the books that the store was opened with. A later one was
    /// added with an opening stock of 0.
    private mutating func open(_ book: Book) {
        guard openedEmpty || !movements.isEmpty else { return opening.append(book) }
        var emptyPlace = book
        emptyPlace.stock = 0
        opening.append(emptyPlace)
        addedBy[book.item] = record(.added(book), stockAfter: book.stock)
    }

    private mutating func retire(_ item: ItemNumber) throws(LineFault) {
        guard let book = states[item], retired.insert(item).inserted else {
            throw LineFault("retires book \(item), which is not in the shop")
        }
        record(.retired(item), stockAfter: book.stock)
    }

    @discardableResult
    private mutating func record(_ entry: LedgerEntry, stockAfter: Int64) -> Int64 {
        let sequence = Int64(movements.count + 1)
        movements.append(LedgerSnapshot.Movement(sequence: sequence, entry: entry, stockAfter: stockAfter))
        return sequence
    }

    private mutating func apply(_ change: StockChange, sale: Int64?) throws(LineFault) {
        guard var book = states[change.item] else {
            throw LineFault("updates book \(change.item), which no line before it opens")
        }
        book.stock += change.units ?? 0
        book.price = change.price ?? book.price
        guard book.stock >= 0 else { throw LineFault("takes the stock of book \(change.item) below 0") }
        states[change.item] = book
        movements.append(
            LedgerSnapshot.Movement(
                sequence: Int64(movements.count + 1), change: change, stockAfter: book.stock, sale: sale))
    }

    /// Finds the sales among the changes. Both are in the ledger's order, so each sale is the next change
    /// that removes one copy of its book.
    mutating func assign(
        sales: [OrderSnapshot.Order], soldCounts: [ItemNumber: Int]?, notes: inout [String]
    ) throws {
        var left = sales[...]
        var invented = 0
        for index in movements.indices {
            guard case .update(let change) = movements[index].entry, change.units == -1, change.price == nil
            else { continue }
            let key: IdempotencyKey
            if let next = left.first, next.sale?.number == lastSale + 1, next.item == change.item {
                key = next.key
                left = left.dropFirst()
            } else {
                let isSale =
                    soldCounts.map { matched[change.item, default: 0] < $0[change.item, default: 0] } ?? true
                guard isSale else { continue }
                invented += 1
                key = Self.unaskedKey(lastSale + 1)
            }
            lastSale += 1
            matched[change.item, default: 0] += 1
            movements[index] = LedgerSnapshot.Movement(
                sequence: movements[index].sequence, change: .sale(of: change.item, key: key),
                stockAfter: movements[index].stockAfter, sale: lastSale)
        }
        notes.append("found \(lastSale) sales, \(lastSale - Int64(invented)) of them with their keys")
        if invented > 0 {
            notes.append(
                "the keys of the other \(invented) stand in no log: such a purchase that is repeated would be made again"
            )
        }
        // A power cut may have removed the end of the log. What the order server confirmed was sold anyway.
        for order in left {
            guard order.sale?.number == lastSale + 1 else {
                throw FileFault(
                    path: "order database",
                    reason:
                        "sale \(order.sale?.number ?? 0) of book \(order.item) does not follow from the log")
            }
            try sell(order.item, key: order.key, says: "order database")
        }
        if !left.isEmpty {
            notes.append("added \(left.count) sales that the log lacks, from the order database")
        }
    }

    /// Adds the sales that only the order log has, after a power cut removed the end of everything else.
    mutating func add(soldCounts: [ItemNumber: Int], notes: inout [String]) throws {
        var count = 0
        for (item, sold) in soldCounts.sorted(by: { $0.key < $1.key }) {
            while matched[item, default: 0] < sold {
                try sell(item, key: Self.unaskedKey(lastSale + 1), says: "order log")
                count += 1
            }
        }
        if count > 0 { notes.append("added \(count) sales that the log lacks, from the order log") }
    }

    private mutating func sell(_ item: ItemNumber, key: IdempotencyKey, says place: String) throws {
        do throws(LineFault) {
            try apply(.sale(of: item, key: key), sale: lastSale + 1)
        } catch {
            throw FileFault(path: place, reason: "a sale that is not in the catalog log \(error.reason)")
        }
        lastSale += 1
        matched[item, default: 0] += 1
    }

    /// The key of a sale whose original key is lost.
    private static func unaskedKey(_ sale: Int64) -> IdempotencyKey {
        IdempotencyKey(trusted: "recovered-sale-\(sale)")
    }
}

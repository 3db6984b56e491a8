package import Model

/// Reconstructs a lost database from what is left. It reads only logs and writes nothing.
package struct Recovery {
    /// The steps taken, in order, for the person who asked.
    package private(set) var notes: [String] = []

    package init() {}

    /// Reconstructs the catalog's database from its log, or from those of several catalogs, which then have the numbers
    /// 1, 2, … in it.
    ///
    /// The log has no keys and does not show which changes were sales. The order server's database has both,
    /// in the ledger's order. If it is lost too, the order log shows how many copies of each book were sold,
    /// and the sales get keys that no client has. Without either, every change by -1 counts as a sale: one
    /// sale too many in the books does less harm than a forgotten one.
    ///
    /// - Parameters:
    ///   - logs: each catalog's log with its rotated files, oldest first.
    ///   - orders: the order server's database; nil when it is lost, as it has to be where there are several logs.
    ///   - soldCounts: the purchases of each book in the order log; nil when it is lost.
    ///   - openedEmpty: whether the store was opened without books, so that its log does not begin with any.
    ///   - newLedger: the identity of the ledger if no order contains it.
    /// - Throws: ``Model/FileFault`` with the invalid place in the log.
    package mutating func catalog(
        logs: [OperationLogFiles], orders: OrderSnapshot?, soldCounts: [ItemNumber: Int]?,
        openedEmpty: Bool = false, newLedger: Int64
    ) throws -> LedgerSnapshot {
        var replay = try Replay(logs, openedEmpty: openedEmpty)
        let paths = logs.flatMap(\.paths).joined(separator: ", ")
        notes.append(
            "read \(paths): \(replay.opening.count) books, \(replay.movements.count) updates")
        let ledger = orders?.orders.last { $0.sale != nil }?.sale?.ledger ?? newLedger
        let sales = (orders?.orders ?? []).filter { $0.sale?.ledger == ledger }
            .sorted { ($0.sale?.number ?? 0) < ($1.sale?.number ?? 0) }
        try replay.assign(sales: sales, soldCounts: soldCounts, notes: &notes)
        if soldCounts == nil {
            notes.append("there is no order log: every other change by -1 is taken for a sale")
        } else {
            try replay.add(soldCounts: soldCounts ?? [:], notes: &notes)
        }
        addNotes(of: replay.contested, logs)
        addNote(ofCovers: replay.facts.values.compactMap { $0[.cover] })
        notes.append("keys of refused purchases and of restocks stand in no log: they are forgotten")
        return try ordered(
            LedgerSnapshot(
                ledger: ledger,
                books: replay.opening.map { book in
                    LedgerSnapshot.BookState(
                        now: replay.states[book.item] ?? book, opening: book,
                        isRetired: replay.retired.contains(book.item), addedBy: replay.addedBy[book.item],
                        facts: replay.facts[book.item] ?? .none)
                }, movements: replay.movements))
    }

    /// The same with the orders that its movements make.
    private mutating func ordered(_ ledger: LedgerSnapshot) throws -> LedgerSnapshot {
        let made = LedgerOrders(ledger)
        if let fault = made.faults.first {
            throw FileFault(
                path: "catalog log",
                reason: "order \(fault.order) does not fit: expected \(fault.expected), found \(fault.found)")
        }
        if !made.orders.isEmpty {
            notes.append(
                "\(made.orders.count) orders are back with their states; names, addresses and times of steps stand in no log"
            )
        }
        return LedgerSnapshot(
            ledger: ledger.ledger, books: ledger.books, movements: ledger.movements, orders: made.orders)
    }

    private mutating func addNote(ofCovers digests: [String]) {
        guard !digests.isEmpty else { return }
        let imageCount = Set(digests).count
        let images = imageCount == 1 ? "1 image is" : "\(imageCount) images are"
        let books = digests.count == 1 ? "1 book shows" : "\(digests.count) books show"
        notes.append(
            """
            images of covers stand in no log: \(images) missing, and \(books) a drawn cover until \
            'bookstore books cover' gives the image again
            """)
    }

    /// Contested prices and edits that are named.
    private static let contestedNamedMax = 50

    private mutating func addNotes(of contested: [Replay.Contested], _ logs: [OperationLogFiles]) {
        for field in contested.prefix(Self.contestedNamedMax) {
            let shown = { (text: String?) in
                field.field == nil ? text ?? "" : text.map { ShownText.quoted($0) } ?? "nothing"
            }
            let others = field.others.map { number, other in
                "\(logs[Int(number) - 1].paths.last ?? "log \(number)") says \(shown(other)) last"
            }
            let now = field.field.map { "has the \($0) \(shown(field.now))" } ?? "costs \(shown(field.now))"
            notes.append(
                """
                book \(field.item) \(now); \(others.joined(separator: ", ")), and which was later stands in no log: \
                check the \(field.field ?? "price")
                """)
        }
        let rest = contested.count - Self.contestedNamedMax
        if rest > 0 { notes.append("the same with \(rest) more prices or edits of books") }
    }

    /// Reconstructs the order server's database from its log alone, for a catalog without a ledger. The log
    /// has no keys.
    ///
    /// - Throws: ``Model/FileFault`` with the first line that is not a line of an order log.
    package mutating func orders(from log: OperationLogFiles) throws -> OrderSnapshot {
        var orders: [OrderSnapshot.Order] = []
        try log.forEachLine { line, place in
            guard case .recorded(let line)? = try? OperationLogLine(parsing: line), line.state == .placed
            else {
                throw FileFault(path: place.path, line: place.line, reason: "is no line of the order log")
            }
            let number = Int64(orders.count + 1)
            orders.append(
                OrderSnapshot.Order(
                    number: number, key: IdempotencyKey(trusted: "recovered-order-\(number)"),
                    item: line.item,
                    sale: nil))
        }
        notes.append("read \(log.paths.joined(separator: ", ")): \(orders.count) orders")
        notes.append("their keys stand in no log: a purchase that is repeated would be made again")
        return OrderSnapshot(orders: orders)
    }

    /// Reconstructs the order servers' database from the catalog's ledger, which has every sale with its key.
    ///
    /// - Parameter lineCounts: how often each line stands in the log of each order server; the logs then have the
    ///   numbers 1, 2, … in it. What stands in none is the first one's.
    package mutating func orders(
        from ledger: LedgerSnapshot, lineCounts: [[OrderLogLine: Int]] = []
    ) -> OrderSnapshot {
        let sales = ledger.sales
        var left = lineCounts
        var logs = sales.map { _ in Int64(1) }
        // Of whole orders first: the lines of one must all stand in one log.
        for isOrder in [true, false] {
            for (index, sale) in sales.enumerated() where (sale.share != nil) == isOrder {
                let log = left.firstIndex { counts in
                    var hasAll = true
                    OrderLogLine.forEach(of: sale.item, sale.share) {
                        hasAll = hasAll && counts[$0, default: 0] >= $1
                    }
                    return hasAll
                }
                guard let log else { continue }
                OrderLogLine.forEach(of: sale.item, sale.share) { left[log][$0, default: 0] -= Int($1) }
                logs[index] = Int64(log + 1)
            }
        }
        notes.append("took \(sales.count) orders from the catalog's ledger")
        return OrderSnapshot(
            orders: zip(sales, logs).enumerated().map { index, made in
                OrderSnapshot.Order(
                    number: Int64(index + 1), key: made.0.recordKey, item: made.0.item,
                    sale: made.0.position, log: made.1, share: made.0.share)
            })
    }
}

package import Model

// Checks of the logs against their databases.
extension BooksAudit {
    /// How a store's only log is called.
    package static let catalogLogName = "catalog log"
    /// How a store's only log is called.
    package static let orderLogName = "order log"

    /// Checks that the catalog log's first `init` lines are the opening state, and that its updates, later
    /// `init` lines, edits and books that were retired and brought back are the ledger's first movements, in order. Then replaying it gives the
    /// ledger's stock and prices. The log may end before the ledger. A missing, additional or different line
    /// is reported as that one line.
    ///
    /// - Parameters:
    ///   - ledger: the part of it that is the log's.
    ///   - name: the log as a whole.
    /// - Returns: how many of the ledger's movements the log covers.
    package mutating func check(
        catalogLog: OperationLogFiles, against ledger: LedgerSnapshot, name: String = catalogLogName
    ) throws -> Int {
        let opening = Dictionary(
            uniqueKeysWithValues: ledger.books.filter { $0.addedBy == nil }.map { ($0.now.item, $0.opening) })
        var opened: Set<ItemNumber> = []
        var follower = LogFollower(movements: ledger.movements)
        try catalogLog.forEachLine { line, place in
            do throws(LineFault) {
                switch try OperationLogLine(parsing: line) {
                case .opening(let book) where opened.count < opening.count:
                    if opening[book.item] != book {
                        let expected = opening[book.item].map { BookLine.text($0) } ?? "no such book"
                        record("\(place)", expected: expected, found: String(line))
                    }
                    if !opened.insert(book.item).inserted {
                        record(
                            "\(place)", expected: "each book opened once", found: "book \(book.item) again")
                    }
                case .update, .opening, .retired, .edited, .restored, .order: follower.follow(line, at: place)
                case .query: break
                case .recorded: record("\(place)", expected: "a line of the catalog log", found: String(line))
                }
            } catch {
                record("\(place)", expected: "a line of the catalog log", found: error.reason)
            }
        }
        add(follower.found)
        if opened.count < opening.count {
            record(name, expected: "\(opening.count) init lines", found: "\(opened.count)")
        }
        return follower.count
    }

    /// The number of lines in the catalog log about books and changes of books.
    package func count(catalogLog: OperationLogFiles) throws -> Int {
        var count = 0
        try catalogLog.forEachLine { line, _ in
            count += LedgerEntry.isLogged(by: line) ? 1 : 0
        }
        return count
    }

    /// Reports a catalog log that is ahead of the ledger.
    package mutating func checkNoMore(
        catalogLines: Int, than ledger: LedgerSnapshot, name: String = catalogLogName
    ) {
        let changeCount = catalogLines - ledger.books.count { $0.addedBy == nil }
        guard changeCount > ledger.movements.count else { return }
        record(name, expected: "\(ledger.movements.count) changes", found: "\(changeCount)")
    }

    /// How often each line stands in the order log.
    package mutating func count(orderLog: OperationLogFiles) throws -> [OrderLogLine: Int] {
        var counts: [OrderLogLine: Int] = [:]
        try orderLog.forEachLine { line, place in
            if case .recorded(let line)? = try? OperationLogLine(parsing: line) {
                counts[line, default: 0] += 1
            } else {
                record("\(place)", expected: "bought book N", found: String(line.prefix(80)))
            }
        }
        return counts
    }

    /// Reports books with more lines in the order log than orders.
    package mutating func checkNoMore(
        lines: [OrderLogLine: Int], than orders: OrderSnapshot, name: String = orderLogName
    ) {
        let ordered = Self.counts(of: orders)
        for (line, count) in lines.sorted(by: { $0.key < $1.key }) where count > ordered[line, default: 0] {
            record(
                Self.place(line, in: name), expected: "\(ordered[line, default: 0]) lines", found: "\(count)")
        }
    }

    /// The books with fewer lines in the order log than orders.
    package static func missingLines(
        _ lines: [OrderLogLine: Int], of orders: OrderSnapshot, name: String = orderLogName
    ) -> [Discrepancy] {
        counts(of: orders).sorted { $0.key < $1.key }.filter { lines[$0.key, default: 0] < $0.value }.map {
            line, count in
            Discrepancy(
                place: place(line, in: name), expected: "\(count) lines",
                found: "\(lines[line, default: 0])")
        }
    }

    private static func place(_ line: OrderLogLine, in name: String) -> String {
        "\(name), \(line.state == .placed ? "book \(line.item)" : line.text)"
    }

    private static func counts(of orders: OrderSnapshot) -> [OrderLogLine: Int] {
        var counts: [OrderLogLine: Int] = [:]
        for order in orders.orders {
            OrderLogLine.forEach(of: order.item, order.share) { counts[$0, default: 0] += Int($1) }
        }
        return counts
    }
}

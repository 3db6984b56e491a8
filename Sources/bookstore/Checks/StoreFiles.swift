internal import Audit
internal import Catalog
internal import Model
internal import Order
internal import Storage

/// A store's files as the auditor reads them.
struct StoreFiles {
    let data: String
    /// Where the databases are, unless they are in `data`.
    var url: StoreURL?
    /// The folders of the servers' logs.
    let outputs: [String]

    struct Report {
        struct Counts {
            let books: Int
            let movements: Int
            let sales: Int
            let orders: Int
            /// How often copies of customers' orders were put back.
            let putBacks: Int
        }

        let discrepancies: [BooksAudit.Discrepancy]
        let counts: Counts

        var summary: String {
            "The books balance: \(counts.books) books, \(counts.movements) movements, "
                + "\(counts.sales) sales, \(counts.orders) orders"
                + (counts.putBacks > 0 ? ", \(counts.putBacks) times copies put back." : ".")
        }
    }

    /// Audits the store, which may be selling meanwhile.
    ///
    /// What is written down first is decided last: a line of the order log follows its order, an order its
    /// sale in the ledger. So, read in the opposite order, the earlier reading must not contain anything that the
    /// later lacks; and what the later one has, the earlier has after a moment.
    func audit(patience: Duration) async throws -> Report {
        var audit = BooksAudit()
        let catalogLogs = try serverLogs("catalog_log", alone: BooksAudit.catalogLogName)
        let orderLogs = try serverLogs("order_log", alone: BooksAudit.orderLogName)
        let catalogLines = try catalogLogs.map { try audit.count(catalogLog: $0.files) }
        let lines = try orderLogs.map { try audit.count(orderLog: $0.files) }
        let orders = try self.orders
        let ledger = try self.ledger
        audit.check(ledger: ledger)
        audit.check(orders: orders, against: ledger)
        let orderParts = try parts(of: orders, for: orderLogs, in: &audit)
        for (part, lines) in zip(orderParts, lines) {
            audit.checkNoMore(lines: lines, than: part.content, name: part.log.name)
        }
        let ledgerParts = try parts(of: ledger, for: catalogLogs, in: &audit)
        for (part, lines) in zip(ledgerParts, catalogLines) {
            audit.checkNoMore(catalogLines: lines, than: part.content, name: part.log.name)
        }
        for part in ledgerParts {
            _ = try audit.check(catalogLog: part.log.files, against: part.content, name: part.log.name)
        }
        let deadline = ContinuousClock.now + patience
        while true {
            let missing = try missing(of: ledger, ledgerParts, orderParts)
            guard !missing.isEmpty, ContinuousClock.now < deadline else {
                audit.add(missing)
                break
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        let sales = ledger.movements.count { $0.sale != nil }
        let putBacks = ledger.movements.count { $0.sale != nil && $0.soldCopies < 0 }
        let recordedPutBacks = orders.orders.count { $0.share?.state.putsBack == true }
        return Report(
            discrepancies: audit.discrepancies,
            counts: Report.Counts(
                books: ledger.books.count, movements: ledger.movements.count, sales: sales - putBacks,
                orders: orders.orders.count - recordedPutBacks, putBacks: putBacks))
    }

    /// What has yet to be written down. Lines that do not fit were noted before; here it is only asked what is missing.
    private func missing(
        of ledger: LedgerSnapshot, _ ledgerParts: [Part<LedgerSnapshot>], _ orderParts: [Part<OrderSnapshot>]
    ) throws -> [BooksAudit.Discrepancy] {
        var repeated = BooksAudit()
        var missing: [BooksAudit.Discrepancy] = []
        for (log, part) in ledgerParts {
            let logged = try repeated.check(catalogLog: log.files, against: part)
            if logged < part.movements.count {
                missing.append(
                    BooksAudit.Discrepancy(
                        place: log.name, expected: "\(part.movements.count) updates",
                        found: "\(logged), the next is \(part.movements[logged].entry.logLine)"))
            }
        }
        for (log, part) in orderParts {
            let lines = try repeated.count(orderLog: log.files)
            missing += BooksAudit.missingLines(lines, of: part, name: log.name)
        }
        return missing + BooksAudit.missingOrders(try orders, of: ledger)
    }
}

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
    let output: String

    struct Report {
        struct Counts {
            let books: Int
            let movements: Int
            let sales: Int
            let orders: Int
        }

        let discrepancies: [BooksAudit.Discrepancy]
        let counts: Counts

        var summary: String {
            "The books balance: \(counts.books) books, \(counts.movements) movements, "
                + "\(counts.sales) sales, \(counts.orders) orders."
        }
    }

    /// The catalog log with its rotated files.
    var catalogLog: OperationLogFiles {
        get throws { try OperationLogFiles(named: "catalog_log", in: output) }
    }
    /// The order log with its rotated files.
    var orderLog: OperationLogFiles { get throws { try OperationLogFiles(named: "order_log", in: output) } }

    /// Audits the store, which may be selling meanwhile.
    ///
    /// What is written down first is decided last: a line of the order log follows its order, an order its
    /// sale in the ledger. So, read in the opposite order, the earlier reading must not contain anything that the
    /// later lacks; and what the later one has, the earlier has after a moment.
    func audit(patience: Duration) async throws -> Report {
        var audit = BooksAudit()
        let catalogLines = try audit.count(catalogLog: catalogLog)
        let lines = try audit.count(orderLog: orderLog)
        let orders = try self.orders
        let ledger = try self.ledger
        audit.check(ledger: ledger)
        audit.check(orders: orders, against: ledger)
        audit.checkNoMore(lines: lines, than: orders)
        audit.checkNoMore(catalogLines: catalogLines, than: ledger)
        _ = try audit.check(catalogLog: catalogLog, against: ledger)
        audit.add(try await missingAfterPatience(ledger: ledger, orders: orders, patience: patience))
        let sales = ledger.movements.count { $0.sale != nil }
        return Report(
            discrepancies: audit.discrepancies,
            counts: Report.Counts(
                books: ledger.books.count, movements: ledger.movements.count, sales: sales,
                orders: orders.orders.count))
    }

    private func missingAfterPatience(
        ledger: LedgerSnapshot, orders: OrderSnapshot, patience: Duration
    ) async throws -> [BooksAudit.Discrepancy] {
        let deadline = ContinuousClock.now + patience
        while true {
            // Lines that do not fit were noted before; here it is only asked what is still missing.
            var repeated = BooksAudit()
            var missing: [BooksAudit.Discrepancy] = []
            let logged = try repeated.check(catalogLog: catalogLog, against: ledger)
            if logged < ledger.movements.count {
                missing.append(
                    BooksAudit.Discrepancy(
                        place: "catalog log", expected: "\(ledger.movements.count) updates",
                        found: "\(logged), the next is \(ledger.movements[logged].entry.logLine)"))
            }
            missing += BooksAudit.missingLines(try repeated.count(orderLog: orderLog), of: orders)
            missing += BooksAudit.missingOrders(try self.orders, of: ledger)
            if missing.isEmpty || ContinuousClock.now >= deadline { return missing }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

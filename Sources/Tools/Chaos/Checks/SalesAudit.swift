internal import Linearizability
package import Model

/// Compares what the clients saw with what the store recorded. It reads nothing itself.
package struct SalesAudit: Sendable {
    private let books: [Book]
    let operations: [Operation]
    let sales: [LedgerSale]
    private let stocks: [ItemNumber: Int64]

    /// - Parameters:
    ///   - books: the state that the store was opened with.
    ///   - operations: the operations of all clients, settled or not.
    ///   - sales: the whole ledger.
    ///   - stocks: the stock of each book by a lookup at this moment.
    package init(books: [Book], operations: [Operation], sales: [LedgerSale], stocks: [ItemNumber: Int64]) {
        self.books = books
        self.operations = operations
        self.sales = sales
        self.stocks = stocks
    }

    /// All differences.
    package func findings() -> [Finding] {
        ledgerFindings() + purchaseFindings() + orderFindings() + stockFindings()
    }

    /// Checks that sales are numbered without a gap, and that each was requested.
    private func ledgerFindings() -> [Finding] {
        var findings: [Finding] = []
        let purchases = Dictionary(grouping: operations.filter(\.isPurchase), by: \.key)
        for (index, sale) in sales.enumerated() {
            let number = sale.position.number
            if number != Int64(index + 1) {
                findings.append(
                    Finding(.unbalanced, "the ledger: expected sale \(index + 1), found \(number)"))
            }
            guard sale.share == nil else { continue }
            let what = "sale \(number) of book \(sale.item) under key \(sale.key)"
            guard let purchase = purchases[sale.key]?.first else {
                findings.append(
                    Finding(.unbalanced, "\(what): expected a purchase, found that nobody asked for it"))
                continue
            }
            if purchase.item != sale.item {
                findings.append(Finding(.unbalanced, "\(what): expected book \(purchase.item)"))
            }
        }
        return findings
    }

    /// Checks that every `Success` has exactly one sale, every `Failed` none, and every key at most one.
    private func purchaseFindings() -> [Finding] {
        var findings: [Finding] = []
        var numbers: [IdempotencyKey: [Int64]] = [:]
        for sale in sales where sale.share == nil {
            numbers[sale.key, default: []].append(sale.position.number)
        }
        for purchase in operations where purchase.isPurchase {
            let sold = numbers[purchase.key] ?? []
            if sold.count > 1 {
                findings.append(
                    Finding(.duplicated, "\(purchase.text): expected one sale, found sales \(sold)"))
            }
            switch purchase.outcome {
            case .success where sold.isEmpty:
                findings.append(
                    Finding(.lost, "\(purchase.text): answered Success, found no sale in the ledger"))
            case .failed where !sold.isEmpty:
                findings.append(
                    Finding(.duplicated, "\(purchase.text): answered Failed, expected no sale, found \(sold)")
                )
            default: break
            }
        }
        return findings
    }

    /// Checks that the stock is the opening stock plus acknowledged changes minus what is sold, and that no lookup
    /// saw a negative one.
    private func stockFindings() -> [Finding] {
        var changed: [ItemNumber: Int64] = [:]
        var added: [ItemNumber: Int64] = [:]
        var findings: [Finding] = []
        for operation in operations {
            switch (operation.seen.kind, operation.outcome) {
            case (.update(let units?, _), .success):
                changed[operation.item, default: 0] += units
                added[operation.item, default: 0] += max(0, units)
            case (_, .found(let state)) where state.stock < 0:
                findings.append(
                    Finding(.oversold, "\(operation.text): expected 0 or more, found stock \(state.stock)"))
            default: break
            }
        }
        var sold: [ItemNumber: Int64] = [:]
        for sale in sales {
            guard let share = sale.share else {
                sold[sale.item, default: 0] += 1
                continue
            }
            for line in share.lines {
                sold[line.item, default: 0] += share.state.putsBack ? -line.copies : line.copies
            }
        }
        for book in books {
            let soldOfBook = sold[book.item] ?? 0
            let hadAtMost = book.stock + (added[book.item] ?? 0)
            if soldOfBook > hadAtMost {
                findings.append(
                    Finding(
                        .oversold,
                        "book \(book.item): expected at most \(hadAtMost) sales, found \(soldOfBook)"))
            }
            let expected = book.stock + (changed[book.item] ?? 0) - soldOfBook
            let found = stocks[book.item]
            if found != expected {
                let text =
                    "stock of book \(book.item): expected \(expected), found \(found.map(String.init) ?? "none")"
                findings.append(Finding((found ?? 0) < 0 ? .oversold : .unbalanced, text))
            }
        }
        return findings
    }
}

internal import Model

/// What a plan asks of the store: the preview of what is committed, the writer of its own transaction.
protocol ImportSource {
    /// Books, also retired ones; none for a number that never had one.
    mutating func details(of items: [ItemNumber]) throws -> [BookDetails]
    /// The books that have one of these ISBNs, also retired ones, in item-number order.
    mutating func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)]
}

extension ImportPlan {
    /// What rows come to, in their order, without those that cannot be taken: `report` has these.
    mutating func steps(
        _ rows: ArraySlice<ImportRow>, _ source: inout some ImportSource, _ report: inout ImportReport
    ) throws -> [ImportStep] {
        var items = rows.compactMap(\.item)
        let isbns = rows.compactMap { $0.item == nil ? $0.facts[.isbn] : nil }
        var withISBN: [String: [ItemNumber]] = [:]
        if !isbns.isEmpty {
            for (isbn, item) in try source.items(isbns: isbns) {
                withISBN[isbn, default: []].append(item)
                items.append(item)
            }
        }
        var books: [ItemNumber: BookDetails] = [:]
        for book in try source.details(of: items) { books[book.book.item] = book }
        return rows.compactMap { row in
            let found = Found(
                numbered: row.item.flatMap { books[$0] },
                withISBN: row.facts[.isbn].flatMap { withISBN[$0] }?.compactMap { books[$0] } ?? [])
            do throws(LineFault) {
                let step = try self.step(row, found)
                report.add(step, at: row.line)
                return step
            } catch {
                report.refused.add(RefusedLine(line: row.line, reason: error.reason))
                return nil
            }
        }
    }
}

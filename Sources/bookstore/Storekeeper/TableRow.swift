internal import Model

/// What a list shows of each thing in it.
protocol TableRow {
    static var table: TextTable { get }
    var cells: [String] { get }
}

extension BookDetails: TableRow {
    static let table = TextTable([
        .right("number"), .right("stock"), .right("cost"), .right("sold"), .left("topic"), .left("title"),
        .left("authors"), .left("isbn"),
    ])

    var cells: [String] {
        [
            book.item.description, String(book.stock), book.price.description, String(sold), book.topic,
            isRetired ? book.title + " (retired)" : book.title, facts[.authors] ?? "", facts[.isbn] ?? "",
        ]
    }
}

extension Movement: TableRow {
    static let table = TextTable([
        .right("sequence"), .left("time"), .left("kind"), .right("book"), .right("units"), .right("cost"),
        .right("stock then"), .left("by"), .left("why"),
        .left("changed"),
    ])

    var cells: [String] {
        [
            String(sequence), time.description, kind.rawValue, item.description,
            units.map { $0 > 0 ? "+\($0)" : "\($0)" } ?? "", price?.description ?? "", String(stockAfter),
            actor ?? "", reason ?? "", changes.map(\.words).joined(separator: "; "),
        ]
    }
}

extension StoreEvent: TableRow {
    static let table = TextTable([
        .right("sequence"), .left("time"), .left("kind"), .right("order"), .left("state"), .left("books"),
        .right("stock"),
    ])

    var cells: [String] {
        let books = lines.map { "\($0.copies) of \($0.item)" }.joined(separator: ", ")
        return [
            String(sequence), time.description, kind.rawValue, order.map { String($0) } ?? "",
            state?.name ?? "", item?.description ?? books, stock.map { String($0) } ?? "",
        ]
    }
}

extension OrderListing: TableRow {
    static let table = TextTable([
        .right("number"), .left("time"), .right("book"), .right("sale"), .left("key"),
    ])

    var cells: [String] {
        [String(number), time.description, books, sale.map { String($0) } ?? "", key.text]
    }

    /// The book, or the books of an order with their copies.
    private var books: String {
        guard let share else { return item.description }
        let lines = share.lines.map { $0.copies == 1 ? "\($0.item)" : "\($0.item) ×\($0.copies)" }
        return (share.state == .placed ? "" : share.state.words + " ") + lines.joined(separator: ", ")
    }
}

extension PlacedOrder: TableRow {
    static let table = TextTable([
        .right("order"), .left("time"), .left("state"), .right("total"), .left("books"), .left("name"),
        .left("email"),
    ])

    var cells: [String] {
        [
            String(number), time.description, state.name, Cents.text(ofSum: totalCents - refundedCents),
            lines.map { "\($0.item)=\($0.copies)" }.joined(separator: " "), contact?.name ?? "",
            contact?.email ?? "",
        ]
    }
}

extension FieldChange {
    /// It on one line.
    fileprivate var words: String {
        switch (from, to) {
        case (let from?, let to?): "\(field) \(ShownText.quoted(from)) → \(ShownText.quoted(to))"
        case (nil, let to?): "\(field) \(ShownText.quoted(to))"
        default: "no \(field) \(ShownText.quoted(from ?? ""))"
        }
    }
}

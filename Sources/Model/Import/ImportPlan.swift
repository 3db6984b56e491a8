/// Decides what the rows of a file come to. The preview and the transaction that writes them ask this one place.
package struct ImportPlan: Sendable {
    /// What the store has of a row's book.
    package struct Found: Sendable {
        /// The book that has or had the row's number.
        package var numbered: BookDetails?
        /// The books that have the row's ISBN, asked for where it has no number.
        package var withISBN: [BookDetails] = []

        package init(numbered: BookDetails? = nil, withISBN: [BookDetails] = []) {
            self.numbered = numbered
            self.withISBN = withISBN
        }
    }

    private let options: ImportOptions
    private var lineOfItem: [ItemNumber: Int] = [:]

    package init(_ options: ImportOptions) { self.options = options }

    /// What a row comes to.
    ///
    /// - Throws: ``LineFault`` where it cannot be taken, with what to do instead.
    package mutating func step(_ row: ImportRow, _ found: Found) throws(LineFault) -> ImportStep {
        guard let book = try book(of: row, found) else { return .add(try newBook(row)) }
        let item = book.book.item
        if book.isRetired, options.retired == .skip { return .retired(book) }
        guard options.isUpdate else {
            if row.item != nil { throw LineFault("item_number \(item) is taken by a book of the store") }
            throw LineFault(
                "isbn \(row.facts[.isbn] ?? "") is that of book \(item); import with updates to change that book"
            )
        }
        if let first = lineOfItem.updateValue(row.line, forKey: item) {
            throw LineFault("book \(item) is changed by line \(first) already")
        }
        let edit = edit(row, of: book)
        let change = try change(row, of: book)
        return change == nil && edit.isEmpty ? .unchanged(book) : .change(book, change, edit)
    }

    /// The book of the store that a row is about; nil for a new one.
    private func book(of row: ImportRow, _ found: Found) throws(LineFault) -> BookDetails? {
        let book: BookDetails?
        if row.item != nil {
            book = found.numbered
        } else {
            let inShop = found.withISBN.filter { !$0.isRetired }
            guard inShop.count <= 1 else {
                let numbers = inShop.map(\.book.item.description).joined(separator: ", ")
                throw LineFault(
                    "isbn \(row.facts[.isbn] ?? "") is that of books \(numbers); give the row the item_number of the one that is meant"
                )
            }
            book = inShop.first ?? found.withISBN.first
        }
        let isRefused = options.retired == .refuse && (options.isUpdate || row.item == nil)
        if let book, book.isRetired, isRefused {
            throw LineFault(
                "book \(book.book.item) is retired; bring it back first, leave such rows out, or give the row a new item_number"
            )
        }
        return book
    }

    private func newBook(_ row: ImportRow) throws(LineFault) -> NewBook {
        guard let title = row.title, let topic = row.topic, let price = row.price else {
            let missing = [
                row.title == nil ? BookColumn.title.name : nil,
                row.topic == nil ? BookColumn.topic.name : nil,
                row.price == nil ? BookColumn.price.name : nil,
            ].compactMap(\.self)
            let isKnown = options.isUpdate && (row.item != nil || row.facts[.isbn] != nil)
            throw LineFault(
                "the \(missing.joined(separator: " and the ")) of a new book \(missing.count == 1 ? "is" : "are") missing"
                    + (isKnown ? "; the store has no book of this number or isbn" : ""))
        }
        let stock = row.stock ?? 0
        guard (0...Book.stockMax).contains(stock) else {
            throw LineFault("stock \(stock) of a new book is below 0")
        }
        return NewBook(
            item: row.item, title: title, topic: topic, price: price, stock: stock, facts: row.facts)
    }

    private func edit(_ row: ImportRow, of found: BookDetails) -> BookEdit {
        var edit = BookEdit(item: found.book.item, title: row.title, topic: row.topic)
        for (fact, text) in row.facts.known { edit.facts.updateValue(text, forKey: fact) }
        return edit.difference(from: found.book, found.facts)
    }

    private func change(_ row: ImportRow, of found: BookDetails) throws(LineFault) -> StockChange? {
        let book = found.book
        let price = row.price == book.price ? nil : row.price
        var units = options.stock == .add ? row.stock : row.stock.map { $0 - book.stock }
        if units == 0 { units = nil }
        if let units {
            guard (0...Book.stockMax).contains(book.stock + units) else {
                throw LineFault(
                    "the stock of book \(book.item) is \(book.stock) and cannot change by \(units)")
            }
            guard (-StockChange.unitsMax...StockChange.unitsMax).contains(units) else {
                throw LineFault(
                    "the stock of book \(book.item) is \(book.stock) and would change by more than \(StockChange.unitsMax) at once"
                )
            }
        }
        guard price != nil || units != nil else { return nil }
        return StockChange(item: book.item, price: price, units: units)
    }
}

internal import Model

/// What takes an import's movements of one book back, as far as the book is what they left.
struct ImportInverse {
    /// Whether the book was added by them and goes again.
    private(set) var isRetired = false
    private(set) var change: StockChange?
    private(set) var edit: BookEdit
    /// What was changed since and so stays.
    private(set) var left: [UndoReport.Left] = []

    init(_ movements: [ImportedMovement], _ found: BookDetails) {
        let item = found.book.item
        edit = BookEdit(item: item)
        guard !found.isRetired else {
            left.append(UndoReport.Left(item: item, reason: "is retired"))
            return
        }
        if case .added? = movements.first?.entry {
            if found.version == movements.last?.sequence {
                isRetired = true
            } else {
                left.append(UndoReport.Left(item: item, reason: "was sold or changed since it was added"))
            }
            return
        }
        for movement in movements {
            if case .update(let update) = movement.entry {
                takeBack(update, from: movement.priceBefore, found.book)
            }
            for change in movement.changes { takeBack(change, found) }
        }
    }

    private mutating func takeBack(_ update: StockChange, from priceBefore: Cents?, _ book: Book) {
        var (price, units): (Cents?, Int64?) = (nil, update.units.map { -$0 })
        if let set = update.price {
            if set == book.price {
                price = priceBefore
            } else {
                left.append(UndoReport.Left(item: book.item, reason: "costs \(book.price) now, not \(set)"))
            }
        }
        if let back = units, !(0...Book.stockMax).contains(book.stock + back) {
            left.append(
                UndoReport.Left(
                    item: book.item, reason: "has a stock of \(book.stock), which cannot change by \(back)"))
            units = nil
        }
        if units == 0 { units = nil }
        if price != nil || units != nil { change = StockChange(item: book.item, price: price, units: units) }
    }

    private mutating func takeBack(_ change: FieldChange, _ found: BookDetails) {
        let back = BookEdit(
            item: found.book.item, [FieldChange(field: change.field, from: change.to, to: change.from)])
        let now = back.changes(of: found.book, found.facts).first?.from
        guard (now ?? "").utf8.elementsEqual((change.to ?? "").utf8) else {
            left.append(UndoReport.Left(item: found.book.item, reason: "has another \(change.field) since"))
            return
        }
        edit.title = back.title ?? edit.title
        edit.topic = back.topic ?? edit.topic
        edit.facts.merge(back.facts) { $1 }
    }
}

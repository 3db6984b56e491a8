/// What a row of a file comes to.
package enum ImportStep: Sendable {
    /// A new book; without a number, under the next free one.
    case add(NewBook)
    /// A book that is there gets another price, stock, title, topic or other facts.
    case change(BookDetails, StockChange?, BookEdit)
    /// A book that is there is so already.
    case unchanged(BookDetails)
    /// A retired book stays as it is, whatever the row says.
    case retired(BookDetails)

    /// The book's number; nil where it is the next free one.
    package var item: ItemNumber? {
        switch self {
        case .add(let new): new.item
        case .change(let found, _, _), .unchanged(let found), .retired(let found): found.book.item
        }
    }

    package var title: String {
        switch self {
        case .add(let new): new.title
        case .change(let found, _, let edit): edit.title ?? found.book.title
        case .unchanged(let found), .retired(let found): found.book.title
        }
    }

    /// What changes from what to what, for people; of a new book, what it has besides its title.
    package var changes: [FieldChange] {
        switch self {
        case .add(let new):
            return [
                (BookColumn.topic.name, new.topic), (BookColumn.price.name, new.price.description),
                (BookColumn.stock.name, String(new.stock)),
            ].map { FieldChange(field: $0, from: nil, to: $1) }
                + new.facts.known.map { FieldChange(field: $0.fact.rawValue, from: nil, to: $0.text) }
        case .change(let found, let change, let edit):
            var changes = edit.changes(of: found.book, found.facts)
            if let price = change?.price {
                changes.append(
                    FieldChange(
                        field: BookColumn.price.name, from: found.book.price.description,
                        to: price.description))
            }
            if let units = change?.units {
                let stock = found.book.stock
                changes.append(
                    FieldChange(field: BookColumn.stock.name, from: String(stock), to: String(stock + units)))
            }
            return changes
        case .unchanged, .retired: return []
        }
    }
}

/// Books as a table that import reads back unchanged: all columns of ``BookColumn``, comma-separated (RFC 4180).
///
/// No cell is run by a spreadsheet: see ``CellGuard``.
package struct BooksExport: Sendable {
    /// Whether it will be opened in a spreadsheet: with the mark by which one knows UTF-8, and ISBNs in a form that
    /// it does not take for numbers, which it would round.
    private let isForSpreadsheets: Bool

    package init(forSpreadsheets: Bool = false) { isForSpreadsheets = forSpreadsheets }

    /// The file's beginning.
    package var header: String {
        (isForSpreadsheets ? "\u{FEFF}" : "") + CSVRecords.text(BookColumn.allCases.map(\.name))
    }

    /// The record of a book.
    package func record(_ book: Book, _ facts: BookFacts) -> String {
        CSVRecords.text(BookColumn.allCases.map { CellGuard.guarded(cell($0, book, facts)) })
    }

    private func cell(_ column: BookColumn, _ book: Book, _ facts: BookFacts) -> String {
        switch column {
        case .item: return book.item.description
        case .title: return book.title
        case .topic: return book.topic
        case .price: return book.price.description
        case .stock: return String(book.stock)
        case .fact(.isbn) where isForSpreadsheets:
            return facts[.isbn].map { "\($0.prefix(3))-\($0.dropFirst(3))" } ?? ""
        case .fact(let fact): return facts[fact] ?? ""
        }
    }
}

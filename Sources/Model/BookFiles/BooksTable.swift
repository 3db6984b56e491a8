/// Books as comma-separated text with a header row: `item_number,title,topic,cost,stock`, in any order.
package struct BooksTable: Sendable {
    /// The columns, as they are written.
    package static let columns = ["item_number", "title", "topic", "cost", "stock"]

    /// The place of each of ``columns`` in a record.
    private let places: [Int]
    private let width: Int

    /// Reads a header row.
    ///
    /// - Throws: ``LineFault`` when a column is missing, unknown or there twice.
    package init(header: [String]) throws(LineFault) {
        let names = header.map { String(Substring($0).trimmingSpaces()) }
        if names.contains(where: { $0.contains("\r") }) {
            throw LineFault("the lines end in carriage returns alone; save the file with line feeds")
        }
        if names.count == 1, names[0].contains(where: { ";\t".contains($0) }) {
            throw LineFault("the fields are not separated by commas; save the file with commas and try again")
        }
        if let unknown = names.first(where: { !Self.columns.contains($0) }) {
            throw LineFault(
                "unknown column \(ShownText.quoted(unknown)); the columns are \(Self.columns.joined(separator: ", "))"
            )
        }
        guard Set(names).count == names.count else { throw LineFault("a column is there twice") }
        var places: [Int] = []
        for column in Self.columns {
            guard let place = names.firstIndex(of: column) else {
                throw LineFault(
                    "the column '\(column)' is missing; the columns are \(Self.columns.joined(separator: ", "))"
                )
            }
            places.append(place)
        }
        self.places = places
        width = names.count
    }

    /// The book of a record.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with it.
    package func book(_ fields: [String]) throws(LineFault) -> Book {
        guard fields.count == width else {
            throw LineFault("has \(fields.count) fields, where the header has \(width)")
        }
        let field = { (column: Int) in fields[places[column]] }
        let item = try BookFields.item(field(0))
        let title = try BookFields.text(field(1), "title", byteCountMax: ShopText.titleByteCountMax)
        let topic = try BookFields.text(field(2), "topic", byteCountMax: ShopText.topicByteCountMax)
        let price = try BookFields.price(field(3), range: "from 0 to \(Cents.amountMax / 100)")
        let stock = try BookFields.stock(field(4))
        return Book(item: item, title: title, topic: topic, price: price, stock: stock)
    }

    /// A book's record.
    package static func text(_ book: Book) -> String {
        CSVRecords.text([
            book.item.description, book.title, book.topic, book.price.description, String(book.stock),
        ])
    }
}

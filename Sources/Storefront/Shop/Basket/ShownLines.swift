internal import Model

/// The lines of an order with the prices that its checkout page showed, as the page's form carries them.
struct ShownLines {
    struct Line {
        let line: OrderLine
        let price: Cents
    }

    let lines: [Line]

    /// - Returns: nil where a book of the basket is no longer sold.
    init?(_ basket: Basket) {
        var lines: [Line] = []
        for line in basket.lines {
            guard let book = line.book else { return nil }
            lines.append(Line(line: OrderLine(item: line.item, copies: line.copies), price: book.price))
        }
        self.lines = lines
    }

    /// Reads the spelling of ``text``; nil for anything else.
    init?(_ text: String) {
        var lines: [Line] = []
        for part in text.split(separator: "_", omittingEmptySubsequences: false) {
            let numbers = part.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
            guard lines.count < NewOrder.lineCountMax, numbers.count == 3,
                let item = numbers[0].flatMap({ ItemNumber($0) }), let copies = numbers[1],
                (1...OrderLine.copiesMax).contains(copies), let price = numbers[2].flatMap({ Cents($0) })
            else { return nil }
            lines.append(Line(line: OrderLine(item: item, copies: copies), price: price))
        }
        self.lines = lines
    }

    var text: String {
        lines.map { "\($0.line.item).\($0.line.copies).\($0.price.amount)" }.joined(separator: "_")
    }

    var totalCents: Int64 { lines.reduce(0) { $0 + $1.line.copies * $1.price.amount } }

    /// The price that was shown of a book.
    func price(of item: ItemNumber) -> Cents? { lines.first { $0.line.item == item }?.price }
}

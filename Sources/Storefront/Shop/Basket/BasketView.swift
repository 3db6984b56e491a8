internal import Model

struct BasketView {
    struct Line {
        let item: String
        let title: String
        let copies: String
        let price: String
        let sum: String
        /// Why it cannot be ordered as it is.
        let fault: String?
        /// What is new since the page that was sent.
        let news: String?

        init(_ line: Basket.Line, shown: Cents? = nil) {
            item = line.item.description
            title = line.book.map { Wording.listed($0.title) } ?? "Book \(line.item)"
            copies = String(line.copies)
            price = line.book.map { Wording.price($0.price) } ?? ""
            sum = line.book.map { Wording.amount($0.price.amount * line.copies) } ?? ""
            fault = Self.fault(line)
            news = line.book.flatMap { book in
                shown.flatMap {
                    $0 == book.price ? nil : "The page that you sent showed \(Wording.price($0))."
                }
            }
        }

        private static func fault(_ line: Basket.Line) -> String? {
            guard line.isShort else { return nil }
            guard let book = line.book else { return "It is no longer sold." }
            return book.stock > 0 ? "There are only \(Wording.count(book.stock))." : "It is sold out."
        }
    }

    let frame: Pages.Frame
    let note: PurchaseNote?
    let lines: [Line]
    let total: String
    /// Where it is ordered; nil for a basket that cannot be ordered as it is.
    let checkout: String?
    let keptDays = Basket.keptDaysMax

    /// - Parameters:
    ///   - shown: what a page showed that was sent, and ordered nothing.
    ///   - key: the key of its form, where that may be sent again.
    init(
        _ basket: Basket, frame: Pages.Frame, note: PurchaseNote? = nil, shown: ShownLines? = nil,
        key: ReceiptID? = nil
    ) {
        self.frame = frame
        self.note = note
        lines = basket.lines.map { Line($0, shown: shown?.price(of: $0.item)) }
        total = Wording.amount(basket.totalCents)
        let isOrderable = !basket.lines.isEmpty && basket.lines.allSatisfy { !$0.isShort }
        checkout = isOrderable ? "/checkout" + (key.map { "?key=\($0.text)" } ?? "") : nil
    }
}

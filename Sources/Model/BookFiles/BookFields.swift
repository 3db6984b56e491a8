/// The fields of a book in a file, whatever its format.
enum BookFields {
    static func item(_ text: some StringProtocol) throws(LineFault) -> ItemNumber {
        guard let item = ItemNumber(parsing: text) else {
            throw LineFault(
                "item_number \(ShownText.quoted(text)) is not a whole number from 1 to \(ItemNumber.valueMax)"
            )
        }
        return item
    }

    static func stock(_ text: some StringProtocol) throws(LineFault) -> Int64 {
        guard let stock = Decimal.digits(text.utf8, digitCountMax: 13), stock <= Book.stockMax else {
            throw LineFault(
                "stock \(ShownText.quoted(text)) is not a whole number from 0 to \(Book.stockMax)")
        }
        return stock
    }

    /// - Parameter range: the prices that there are, in words.
    static func price(_ text: some StringProtocol, range: String) throws(LineFault) -> Cents {
        guard let price = Cents(parsing: text) else {
            throw LineFault(
                "cost \(ShownText.quoted(text)) is not an amount \(range) with at most two decimals")
        }
        return price
    }

    /// A title or topic as it is kept.
    static func text(_ text: String, _ name: String, byteCountMax: Int) throws(LineFault) -> String {
        if let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) {
            throw LineFault("the \(name) \(fault)")
        }
        return ShopText.kept(text)
    }

    /// A title or topic that this store has written: taken once, perhaps by older rules, it is composed, as those of
    /// the database are, and otherwise stays as it is.
    static func loggedText(_ text: String, _ name: String, byteCountMax: Int) throws(LineFault) -> String {
        let text = ShopText.composed(text)
        let limit = byteCountMax * ShopText.compositionGrowthMax
        if let fault = ShopText.lineFault(in: text, byteCountMax: limit) {
            throw LineFault("the \(name) \(fault)")
        }
        return text
    }
}

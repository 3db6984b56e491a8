/// Cells of a file as people and spreadsheets write them.
enum ImportCells {
    /// Takes what a cell says into a row.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with it.
    static func take(
        _ cell: String, as column: BookColumn, into row: inout ImportRow, _ options: ImportOptions
    ) throws(LineFault) {
        switch column {
        case .item: row.item = try BookFields.item(cell)
        case .title: row.title = try BookFields.text(cell, "title", byteCountMax: ShopText.titleByteCountMax)
        case .topic: row.topic = try BookFields.text(cell, "topic", byteCountMax: ShopText.topicByteCountMax)
        case .price: row.price = try price(cell)
        case .stock: row.stock = try options.stock == .add ? units(cell) : BookFields.stock(cell)
        case .fact(let fact): row.facts[fact] = try fact.kept(cell)
        }
    }

    private static func units(_ cell: String) throws(LineFault) -> Int64 {
        let digits = cell.utf8.first == UInt8(ascii: "-") ? cell.utf8.dropFirst() : cell.utf8[...]
        let most = StockChange.unitsMax
        guard let units = Decimal.digits(digits, digitCountMax: 13), units <= most else {
            throw LineFault("stock \(ShownText.quoted(cell)) is not a whole number from -\(most) to \(most)")
        }
        return digits.count == cell.utf8.count ? units : -units
    }

    /// An amount with a point or a comma, with groups of three, with a currency before or after it.
    static func price(_ cell: String) throws(LineFault) -> Cents {
        if let price = Cents(parsing: cell) { return price }
        guard let plain = try plainAmount(cell), let price = Cents(parsing: plain) else {
            return try BookFields.price(cell, range: "from 0 to \(Cents.amountMax / 100)")
        }
        return price
    }

    /// The amount with a point before its cents and nothing else; nil where it cannot be read.
    private static func plainAmount(_ cell: String) throws(LineFault) -> String? {
        let scalars = withoutCurrency(cell)
        let parts = scalars.split(omittingEmptySubsequences: false) { !isDigit($0) }.map { part in
            String(String.UnicodeScalarView(part))
        }
        let marks = scalars.filter { !isDigit($0) }.map { isBlank($0) ? " " : $0 == "\u{2019}" ? "'" : $0 }
        guard marks.allSatisfy({ ".,' ".unicodeScalars.contains($0) }) else { return nil }
        guard let last = marks.last, let end = parts.last else { return parts[0] }
        let isPoint = last == "." || last == ","
        if isPoint, marks.count == 1, end.utf8.count == 3 {
            throw LineFault(
                "cost \(ShownText.quoted(cell)) has three digits after its \(last == "." ? "point" : "comma"); write thousands without a mark, and cents with two digits"
            )
        }
        let hasCents = isPoint && (1...2).contains(end.utf8.count) && !marks.dropLast().contains(last)
        let (groups, groupMarks) = hasCents ? (parts.dropLast(), marks.dropLast()) : (parts[...], marks[...])
        guard Set(groupMarks).count <= 1, groups.dropFirst().allSatisfy({ $0.utf8.count == 3 }),
            groups.count == 1 || (1...3).contains(groups[0].utf8.count)
        else { return nil }
        return groups.joined() + (hasCents ? ".\(end)" : "")
    }

    /// The letters of an amount without a currency's sign or code at its ends.
    private static func withoutCurrency(_ cell: String) -> [Unicode.Scalar] {
        let trimmed = { (scalars: ArraySlice<Unicode.Scalar>) in
            var scalars = scalars.drop(while: isCurrencyOrBlank)
            while let last = scalars.last, isCurrencyOrBlank(last) { scalars.removeLast() }
            return scalars
        }
        let isCode = { (scalars: ArraySlice<Unicode.Scalar>) in
            scalars.count == 3 && scalars.allSatisfy { ("A"..."Z").contains($0) }
        }
        var scalars = trimmed(Array(cell.unicodeScalars)[...])
        if isCode(scalars.suffix(3)) { scalars.removeLast(3) }
        if isCode(scalars.prefix(3)) { scalars.removeFirst(3) }
        return Array(trimmed(scalars))
    }

    private static func isCurrencyOrBlank(_ scalar: Unicode.Scalar) -> Bool {
        isBlank(scalar) || scalar.properties.generalCategory == .currencySymbol
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .spaceSeparator
    }
}

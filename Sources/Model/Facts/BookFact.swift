/// What a bookshop can know of a book besides the contract's fields: one case a fact, and all that is said of it.
///
/// Its raw value is its name on the wire, in files and in the ledger.
package enum BookFact: String, CaseIterable, Codable, Sendable {
    case isbn
    /// Those who wrote it, a list.
    case authors
    case publisher
    /// When it came out: a year, a month or a day (ISO 8601), such as `1869` or `1869-03-01`.
    case published
    /// Its language, a BCP 47 tag such as `en` or `pt-BR`.
    case language
    /// A text of several lines; never markup.
    case description
    /// The image of its cover, by the SHA-256 of its bytes.
    case cover

    /// Whether it has several parts.
    package var isList: Bool { self == .authors }

    /// The longest text, in UTF-8 bytes of its composed form.
    package var byteCountMax: Int {
        switch self {
        case .isbn: 32
        case .authors: 1024
        case .publisher: 256
        case .published: 10
        case .language: 35
        case .description: 8192
        case .cover: 64
        }
    }

    /// How people call it.
    package var label: String {
        switch self {
        case .isbn: "ISBN"
        case .authors: "Authors"
        case .publisher: "Publisher"
        case .published: "Published"
        case .language: "Language"
        case .description: "Description"
        case .cover: "Cover"
        }
    }

    /// What stands between the parts of a list that is one text.
    static let separator = "; "
    /// Parts of a list, at most.
    package static let partCountMax = 50

    /// `text` as it is kept.
    ///
    /// - Throws: ``LineFault`` for what is no such fact.
    package func kept(_ text: String) throws(LineFault) -> String {
        switch self {
        case .isbn: return try ISBN(checking: text).description
        case .authors: return try keptList(text)
        case .published: return try keptDate(text)
        case .language: return try keptLanguage(text)
        case .description: return try keptLines(text)
        case .publisher: return try BookFields.text(text, rawValue, byteCountMax: byteCountMax)
        case .cover:
            guard text.utf8.count == 64, text.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) }) else {
                throw LineFault(
                    "cover \(ShownText.quoted(text)) is not the SHA-256 of an image, in 64 hexadecimal digits"
                )
            }
            return text
        }
    }

    /// The parts of a list that is one text; the text itself where the fact is no list.
    package func parts(of text: String) -> [String] {
        guard isList else { return [text] }
        return text.split(separator: ";").map { ShopText.kept(String($0)) }.filter { !$0.isEmpty }
    }

    /// The one text of a list.
    package func text(of parts: [String]) -> String { parts.joined(separator: Self.separator) }

    private func keptList(_ text: String) throws(LineFault) -> String {
        let parts = parts(of: text)
        guard !parts.isEmpty else { throw LineFault("the \(rawValue) are empty") }
        guard parts.count <= Self.partCountMax else {
            throw LineFault("there are more than \(Self.partCountMax) \(rawValue)")
        }
        return try BookFields.text(self.text(of: parts), rawValue, byteCountMax: byteCountMax)
    }

    private func keptLines(_ text: String) throws(LineFault) -> String {
        let lines = text.replacing("\r\n", with: "\n").split(
            separator: "\n", omittingEmptySubsequences: false)
        var kept: [String] = []
        for line in lines {
            let line = ShopText.kept(String(line.replacing("\t", with: " ")))
            if !line.isEmpty, let fault = ShopText.fault(in: line, byteCountMax: byteCountMax) {
                throw LineFault("the \(rawValue) \(fault)")
            }
            // Paragraphs are one empty line apart.
            if line.isEmpty, kept.last?.isEmpty ?? true { continue }
            kept.append(line)
        }
        if kept.last?.isEmpty == true { kept.removeLast() }
        let joined = kept.joined(separator: "\n")
        guard !joined.isEmpty else { throw LineFault("the \(rawValue) is empty") }
        guard joined.utf8.count <= byteCountMax else {
            throw LineFault("the \(rawValue) is longer than \(byteCountMax) bytes")
        }
        return joined
    }

    private func keptDate(_ text: String) throws(LineFault) -> String {
        let text = ShopText.kept(text)
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let widths = [4, 2, 2]
        let numbers = zip(parts, widths).compactMap { part, width in
            part.count == width ? Decimal.digits(part, digitCountMax: width) : nil
        }
        let isDate =
            (1...3).contains(parts.count) && numbers.count == parts.count && numbers[0] > 0
            && (parts.count < 2 || (1...12).contains(numbers[1]))
            && (parts.count < 3
                || (1...Self.dayCount(month: numbers[1], year: numbers[0])).contains(numbers[2]))
        guard isDate else {
            throw LineFault(
                "published \(ShownText.quoted(text)) is no year or date, such as 1869 or 1869-03-01")
        }
        return text
    }

    private static func dayCount(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private func keptLanguage(_ text: String) throws(LineFault) -> String {
        let text = ShopText.kept(text)
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let isTag =
            text.utf8.count <= byteCountMax
            && parts.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(Self.isAlphanumeric) }
            && (2...3).contains(parts[0].count) && parts[0].allSatisfy { $0 > UInt8(ascii: "9") }
        guard isTag else {
            throw LineFault("language \(ShownText.quoted(text)) is no language tag, such as en or pt-BR")
        }
        return text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

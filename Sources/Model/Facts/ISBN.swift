/// An International Standard Book Number of 13 digits with its check digit (ISO 2108).
package struct ISBN: Hashable, Sendable, TextCodable {
    /// Its 13 digits.
    package let description: String

    /// Reads 13 digits, or the 10 of an older number, with hyphens and blanks anywhere between them.
    package init?(parsing text: String) {
        guard let isbn = try? ISBN(checking: text) else { return nil }
        self = isbn
    }

    /// The same with the reason for which a text is none.
    ///
    /// - Throws: ``LineFault`` with the digit that would be right, where only one does not fit.
    package init(checking text: some StringProtocol) throws(LineFault) {
        // Only a fault shows it.
        let shown = { ShownText.quoted(text) }
        let characters = text.unicodeScalars.filter { !Self.isSeparator($0) }
        guard !characters.contains(where: { $0 == "E" || $0 == "e" }) else {
            throw LineFault(
                "isbn \(shown()) is a number that a spreadsheet has rounded; format the column as text and fill it in again"
            )
        }
        guard let digits = Self.digits(characters) else {
            throw LineFault("isbn \(shown()) has other characters than digits and hyphens")
        }
        switch digits.count {
        case 10:
            let right = Self.checkDigit10(digits.dropLast())
            guard digits[9] == right else {
                throw Self.wrong(shown(), last: right == 10 ? "X" : String(right))
            }
            let body = [9, 7, 8] + digits.dropLast()
            self.init(digits: body + [Self.checkDigit13(body)])
        case 13:
            guard !digits.contains(10) else {
                throw LineFault("isbn \(shown()) has an X, which only a number of 10 digits can end in")
            }
            guard digits.starts(with: [9, 7, 8]) || digits.starts(with: [9, 7, 9]) else {
                throw LineFault("isbn \(shown()) begins neither with 978 nor with 979")
            }
            let right = Self.checkDigit13(digits.dropLast())
            guard digits[12] == right else { throw Self.wrong(shown(), last: String(right)) }
            self.init(digits: digits)
        default:
            throw LineFault("isbn \(shown()) has \(digits.count) digits; an ISBN has 13 or 10")
        }
    }

    private init(digits: [Int]) {
        description = String(decoding: digits.map { UInt8($0) + 0x30 }, as: UTF8.self)
    }

    private static func wrong(_ shown: String, last: String) -> LineFault {
        LineFault("isbn \(shown) is mistyped: with these digits before it, its last one would be \(last)")
    }

    /// The digits, with 10 for an `X` at the end; nil for any other text.
    private static func digits(_ characters: [Unicode.Scalar]) -> [Int]? {
        var digits: [Int] = []
        for (index, character) in characters.enumerated() {
            switch character {
            case "0"..."9": digits.append(Int(character.value) - 0x30)
            case "X", "x":
                guard index == characters.count - 1 else { return nil }
                digits.append(10)
            default: return nil
            }
        }
        return digits
    }

    /// Blanks and the dashes that people and programs put between the groups.
    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        if ("0"..."9").contains(scalar) { return false }
        return scalar == "-" || scalar.properties.generalCategory == .dashPunctuation
            || scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
    }

    /// Weights 10 … 2, modulo 11.
    private static func checkDigit10(_ digits: ArraySlice<Int>) -> Int {
        let sum = zip(digits, (2...10).reversed()).reduce(0) { $0 + $1.0 * $1.1 }
        return (11 - sum % 11) % 11
    }

    /// Weights 1 and 3 in turn, modulo 10 (EAN-13).
    private static func checkDigit13(_ digits: some Collection<Int>) -> Int {
        let sum = digits.enumerated().reduce(0) { $0 + $1.element * ($1.offset % 2 == 0 ? 1 : 3) }
        return (10 - sum % 10) % 10
    }
}

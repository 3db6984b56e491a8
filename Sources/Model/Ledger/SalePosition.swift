/// A sale's place in a ledger: sales are numbered 1, 2, 3 … without a gap, so that a reader who keeps a copy can
/// tell which it lacks.
package struct SalePosition: Hashable, Sendable, TextCodable {
    /// The ledger's identity, drawn at random when its catalog was made.
    package let ledger: Int64
    /// The sale's number, from 1.
    package let number: Int64

    package init(ledger: Int64, number: Int64) {
        self.ledger = ledger
        self.number = number
    }

    /// Reads `ledger/number`, the ledger in hexadecimal.
    package init?(parsing text: String) {
        let text = text.utf8
        guard text.count > 17, let ledger = Hex.value(text.prefix(16)),
            text.dropFirst(16).first == UInt8(ascii: "/"),
            let number = Decimal.digits(text.dropFirst(17), digitCountMax: 18)
        else { return nil }
        self.init(ledger: Int64(bitPattern: ledger), number: number)
    }

    /// `ledger/number`, which ``init(parsing:)`` reads back.
    package var description: String { "\(Hex.text(UInt64(bitPattern: ledger)))/\(number)" }
}

internal import Model

/// The name of one purchase: 128 random bits, which are at once the idempotency key of its form and the
/// address of its receipt. Nobody can guess it; who has it may read the receipt.
///
/// That of a book's page ends in the price that the page showed, in cents. The store sells under the whole name, so
/// a receipt's address proves what its buyer saw.
struct ReceiptID: Hashable, Sendable {
    private static let digitCount = 32

    /// 32 lower-case hexadecimal digits, and `-1250` where a price belongs to it.
    let text: String
    /// What the book cost when its page was made; nil for a name that is not a book's page's.
    let shownPrice: Cents?

    var key: IdempotencyKey { IdempotencyKey(trusted: text) }

    /// A new one.
    static func random() -> ReceiptID { ReceiptID(text: Secret.random(words: 2), shownPrice: nil) }

    /// A new one for a page that shows a price.
    static func random(showing price: Cents) -> ReceiptID {
        ReceiptID(text: Secret.random(words: 2) + "-\(price.amount)", shownPrice: price)
    }

    init?(parsing text: some StringProtocol) {
        let secret = text.utf8.prefix(Self.digitCount)
        let isHex = secret.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard secret.count == Self.digitCount, isHex else { return nil }
        let rest = text.dropFirst(Self.digitCount)
        if rest.isEmpty {
            shownPrice = nil
        } else {
            // One spelling of each: as it was made.
            guard rest.first == "-", let price = Int64(rest.dropFirst()).flatMap({ Cents($0) }),
                rest.dropFirst() == String(price.amount)
            else { return nil }
            shownPrice = price
        }
        self.text = String(text)
    }

    private init(text: String, shownPrice: Cents?) {
        self.text = text
        self.shownPrice = shownPrice
    }
}

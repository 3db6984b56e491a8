internal import Hummingbird
internal import Model

/// The identity of one purchase: 128 random bits that are both the idempotency key of its form and the
/// address of its receipt. It cannot be guessed, and whoever has it may read the receipt.
///
/// The ID from a book's page ends in the price that the page showed, in cents. The store sells under the
/// whole ID, so the address of a receipt proves what its buyer saw.
struct ReceiptID: Hashable, Sendable {
    private static let digitCount = 32

    /// 32 lower-case hexadecimal digits, followed by `-1250` if a price belongs to it.
    let text: String
    /// The price of the book when its page was made; nil for an ID without a price.
    let shownPrice: Cents?

    var key: IdempotencyKey { IdempotencyKey(trusted: text) }

    /// Makes a new ID.
    static func random() -> ReceiptID { ReceiptID(text: Secret.random(words: 2), shownPrice: nil) }

    /// Makes a new ID for a page that shows a price.
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
            // Only the spelling that the shop writes is valid.
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

extension ShopContext {
    /// The receipt whose page is asked for.
    ///
    /// - Throws: the page that says that there is none.
    func receiptID() throws -> ReceiptID {
        guard let id = ReceiptID(parsing: parameters.get("id") ?? "") else {
            throw ProblemPages.Problem.Thrown(
                problem: ProblemPages.nothing("This is not the address of a receipt."))
        }
        return id
    }
}

/// An `update` as the catalog is asked for it: a new price, a signed change of the stock, or both, which
/// apply together or not at all.
public struct StockChange: Equatable, Sendable {
    /// The largest change of the stock by one update, in units, in either direction.
    public static let unitsMax: Int64 = 1_000_000_000

    /// The book.
    public let item: ItemNumber
    /// The new price; nil (`na`) leaves it.
    public let price: Cents?
    /// Units added (negative: taken); nil (`na`) leaves the stock.
    public let units: Int64?
    /// With a key, the change is made at most once: a repetition gets the first outcome.
    public let key: IdempotencyKey?
    /// The change is made only while the book costs at most this; nil makes it at any price. A condition of the
    /// request, not a part of the change: the ledger does not hold it, and a key is not bound to it.
    public let priceMax: Cents?

    /// Takes checked parts as they are.
    public init(
        item: ItemNumber, price: Cents? = nil, units: Int64? = nil, key: IdempotencyKey? = nil,
        priceMax: Cents? = nil
    ) {
        self.item = item
        self.price = price
        self.units = units
        self.key = key
        self.priceMax = priceMax
    }

    /// One unit of a book, sold under a key, while the book costs at most `priceMax`.
    public static func sale(
        of item: ItemNumber, key: IdempotencyKey, priceMax: Cents? = nil
    ) -> StockChange {
        StockChange(item: item, units: -1, key: key, priceMax: priceMax)
    }

    /// Whether the ledger counts this change as a sale: one unit taken under a key, at the price as is.
    public var isSale: Bool { units == -1 && price == nil && key != nil }

    /// The line of the catalog log that records this change, without a line break.
    public var logLine: String {
        "update,\(item),\(price.map(\.description) ?? "na"),\(units.map(String.init) ?? "na")"
    }
}

/// What became of an `update`.
public enum UpdateOutcome: Equatable, Sendable {
    /// Applied and on stable storage. `sale` is the number the ledger gave the sale, where it is one;
    /// `replayed` tells that an earlier request with the same key had done it.
    case applied(sale: SalePosition?, replayed: Bool)
    /// Refused, because the stock would have gone below 0. Nothing was changed.
    case refused(replayed: Bool)
}

/// A sale's place in a ledger: sales are numbered 1, 2, 3 … without a gap, so that whoever keeps a copy can
/// tell which it lacks.
public struct SalePosition: Hashable, Sendable, CustomStringConvertible {
    /// The ledger's identity, drawn at random when its catalog was made.
    public let ledger: Int64
    /// The sale's number, from 1.
    public let number: Int64

    /// Takes the parts as they are.
    public init(ledger: Int64, number: Int64) {
        self.ledger = ledger
        self.number = number
    }

    /// Reads `ledger/number`, the ledger in hexadecimal.
    public init?(parsing text: String) {
        let text = text.utf8
        guard text.count > 17, let ledger = Hex.value(text.prefix(16)),
            text.dropFirst(16).first == UInt8(ascii: "/"),
            let number = Decimal.digits(text.dropFirst(17), digitCountMax: 18)
        else { return nil }
        self.init(ledger: Int64(bitPattern: ledger), number: number)
    }

    /// `ledger/number`, which ``init(parsing:)`` reads back.
    public var description: String { "\(Hex.text(UInt64(bitPattern: ledger)))/\(number)" }
}

/// What became of a purchase.
public enum PurchaseOutcome: String, Equatable, Sendable {
    /// One unit was sold, and the sale is on stable storage.
    case success = "Success"
    /// The book was sold out.
    case failed = "Failed"
}

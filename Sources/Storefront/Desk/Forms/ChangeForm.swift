internal import Foundation
internal import Model
internal import StoreAPI

/// The fields of the desk's form that changes stock and prices of the books it lists, as they were typed.
struct ChangeForm: Sendable {
    /// The fields of one book as typed, with the stock and the price that the keeper saw.
    struct Row: Sendable {
        let item: ItemNumber
        let stock: String
        let price: String
        let seenStock: Int64
        let seenPrice: Cents
    }

    /// The faults of the fields, in words to show beside each field.
    struct Faults: Error, Sendable {
        var stock: [ItemNumber: String] = [:]
        var price: [ItemNumber: String] = [:]
        var reason: String?

        var items: Set<ItemNumber> { Set(stock.keys).union(price.keys) }
        var isEmpty: Bool { stock.isEmpty && price.isEmpty && reason == nil }

        /// Adds the faults of `other` for fields that have none here.
        func adding(_ other: Faults) -> Faults {
            Faults(
                stock: stock.merging(other.stock) { own, _ in own },
                price: price.merging(other.price) { own, _ in own }, reason: reason ?? other.reason)
        }
    }

    /// The largest number of books that one form may list.
    static let itemCountMax = 200

    /// The rows that are filled in.
    let rows: [Row]
    let reason: String
    /// The page of the desk to show after the changes.
    let back: String
    /// The page that the keeper asked for instead of making the changes; nil when the changes are to be made.
    let leaving: String?
    /// Books for which the keeper was asked to confirm a price of 0.
    let sure: Set<ItemNumber>

    /// - Throws: ``DeskError`` for a form that no page of the desk sends.
    init(_ form: Form) throws {
        var rows: [Row] = []
        for item in try Self.items(form, "items") where !rows.contains(where: { $0.item == item }) {
            if let row = try Self.row(of: item, form) { rows.append(row) }
        }
        self.rows = rows
        reason = (try form["reason"] ?? "").trimmingBlanks()
        back = ShopPaths.desk(try form["back"]) ?? "/desk/books"
        leaving = ShopPaths.desk(try form["go"])
        sure = Set(try Self.items(form, "sure"))
    }

    private static func items(_ form: Form, _ name: String) throws -> [ItemNumber] {
        try (try form[name] ?? "").split(separator: ".").prefix(itemCountMax).map {
            guard let item = ItemNumber(parsing: $0) else {
                throw DeskError.badFields(["The form is broken."])
            }
            return item
        }
    }

    private static func row(of item: ItemNumber, _ form: Form) throws -> Row? {
        let stock = (try form["stock-\(item)"] ?? "").trimmingBlanks()
        let price = (try form["cost-\(item)"] ?? "").trimmingBlanks()
        if stock.isEmpty && price.isEmpty { return nil }
        guard let seenStock = try form["seen-stock-\(item)"].flatMap({ Int64($0) }),
            let seenPrice = try form["seen-cost-\(item)"].flatMap({ Cents(parsing: $0) })
        else { throw DeskError.badFields(["The form is broken."]) }
        return Row(item: item, stock: stock, price: price, seenStock: seenStock, seenPrice: seenPrice)
    }

    /// Reads the changes from the rows. A price is set only if the current price is still the one that the
    /// keeper saw. A change of stock is relative and does not depend on sales in between, so it expects
    /// nothing.
    ///
    /// - Returns: the changes, and the faults of all fields that cannot be used.
    func read() -> (changes: [KeeperUpdate], faults: Faults) {
        var faults = Faults()
        let changes = rows.map { row in
            let stock = row.stock.isEmpty ? nil : Self.units(row.stock)
            let price = row.price.isEmpty ? nil : Self.amount(row.price)
            if !row.stock.isEmpty && stock == nil {
                faults.stock[row.item] = "“\(row.stock)” is no change of stock; write +12 or −2."
            } else if let stock, stock.magnitude > StockChange.unitsMax.magnitude {
                faults.stock[row.item] =
                    "Change a stock by at most \(Wording.count(StockChange.unitsMax)) copies."
            }
            if !row.price.isEmpty && price == nil {
                faults.price[row.item] = "“\(row.price)” is no price; write 12 or 12.50."
            }
            return KeeperUpdate(
                StockChange(item: row.item, price: price, units: stock),
                expectation: KeeperUpdate.Expectation(price: price == nil ? nil : row.seenPrice))
        }
        faults.reason = Self.fault(inReason: reason)
        return (changes, faults)
    }

    /// The reason why a text cannot be the reason for a change; nil if it can. Every form asks for one.
    static func fault(inReason reason: String) -> String? {
        ShopText.fault(in: reason, byteCountMax: KeeperRequest.reasonByteCountMax).map { "The reason \($0)." }
    }

    /// `+12`, `12`, `-2` or `−2`, but not 0; nil for anything else.
    static func units(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-") || text.hasPrefix("−")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let item = ItemNumber(parsing: digits), item.value <= Book.stockMax else { return nil }
        return isNegative ? -item.value : item.value
    }

    /// `12` or `12.50`, with the currency's sign or without it; nil for anything else.
    static func amount(_ text: String) -> Cents? {
        let shop = ShopProfile.current
        let sign = shop.currency.sign(language: shop.language)
        var digits = text[...]
        if digits.hasPrefix(sign) { digits = digits.dropFirst(sign.count) }
        if digits.hasSuffix(sign) { digits = digits.dropLast(sign.count) }
        return Cents(parsing: digits.trimmingCharacters(in: .whitespaces))
    }
}

extension ChangeForm {
    /// Checks the changes against the books as they are.
    ///
    /// - Parameter books: the books whose state is known.
    static func faults(of changes: [KeeperUpdate], in books: [ItemNumber: BookDetails]) -> Faults {
        var faults = Faults()
        for change in changes {
            guard let found = books[change.item] else { continue }
            guard !found.isRetired else {
                let words = "This book was retired meanwhile; leave its fields empty."
                if change.change.units != nil { faults.stock[change.item] = words }
                if change.change.price != nil { faults.price[change.item] = words }
                continue
            }
            if let units = change.change.units, !(0...Book.stockMax).contains(found.book.stock + units) {
                faults.stock[change.item] =
                    units < 0
                    ? "Only \(Wording.count(found.book.stock)) are there to take away."
                    : "No more than \(Wording.count(Book.stockMax)) copies fit on the shelf."
            }
            if let seen = change.expectation.price, found.book.price != seen {
                faults.price[change.item] =
                    "It costs \(Wording.price(found.book.price)) now, not \(Wording.price(seen))."
            }
        }
        return faults
    }
}

extension KeeperUpdate {
    /// Whether the change gives the book away, which is usually a slip.
    var isFree: Bool { change.price?.amount == 0 && expectation.price?.amount != 0 }
}

internal import Model

/// The form of the desk that changes stock and prices of the books it lists.
enum ChangeForm {
    /// What is filled in for one book, beside what its keeper saw.
    struct Change {
        let item: ItemNumber
        let stock: Int64?
        let price: Cents?
        let seenStock: Int64
        let seenPrice: Cents

        var update: ChangeOrder.Update {
            ChangeOrder.Update(
                item: item.description, stock: stock, price: price?.description,
                expectedStock: stock == nil ? nil : seenStock,
                expectedPrice: price == nil ? nil : seenPrice.description)
        }

        /// The change of stock with its sign, as the form takes it.
        var stockText: String { stock.map { ($0 > 0 ? "+" : "") + String($0) } ?? "" }

        var words: String {
            let parts = [
                stock == nil ? nil : "\(stockText) copies", price.map { "price \(Wording.price($0))" },
            ]
            return parts.compactMap { $0 }.joined(separator: ", ")
        }
    }

    /// Books that one form may list.
    static let itemCountMax = 200
    static let reasonByteCountMax = 200

    /// The changes that are filled in, and their reason.
    ///
    /// - Throws: ``DeskProblem`` that names every field that cannot be used.
    static func read(_ form: Form) throws -> (changes: [Change], reason: String) {
        var faults: [String] = []
        var changes: [Change] = []
        for text in (try form["items"] ?? "").split(separator: ".").prefix(itemCountMax) {
            guard let item = ItemNumber(parsing: text) else {
                throw DeskProblem.badFields(["The form is broken."])
            }
            if let change = try change(of: item, form, faults: &faults) { changes.append(change) }
        }
        if changes.isEmpty, faults.isEmpty { faults.append("No change is filled in.") }
        guard faults.isEmpty else { throw DeskProblem.badFields(faults) }
        return (changes, try reason(form))
    }

    /// The reason of a change, which every form asks for.
    static func reason(_ form: Form) throws -> String {
        let reason = (try form["reason"] ?? "").trimmingBlanks()
        if let fault = ShopText.fault(in: reason, byteCountMax: reasonByteCountMax) {
            throw DeskProblem.badFields(["The reason \(fault)."])
        }
        return reason
    }

    private static func change(
        of item: ItemNumber, _ form: Form, faults: inout [String]
    ) throws -> Change? {
        let stockText = (try form["stock-\(item)"] ?? "").trimmingBlanks()
        let priceText = (try form["cost-\(item)"] ?? "").trimmingBlanks()
        if stockText.isEmpty && priceText.isEmpty { return nil }
        guard let seenStock = try form["seen-stock-\(item)"].flatMap({ Int64($0) }),
            let seenPrice = try form["seen-cost-\(item)"].flatMap({ Cents(parsing: $0) })
        else { throw DeskProblem.badFields(["The form is broken."]) }
        let stock = stockText.isEmpty ? nil : units(stockText)
        let price = priceText.isEmpty ? nil : amount(priceText)
        if !stockText.isEmpty && stock == nil {
            faults.append("Book \(item): “\(stockText)” is no change of stock; write +12 or −2.")
        }
        if !priceText.isEmpty && price == nil {
            faults.append("Book \(item): “\(priceText)” is no price; write 12 or 12.50.")
        }
        return Change(item: item, stock: stock, price: price, seenStock: seenStock, seenPrice: seenPrice)
    }

    /// `+12`, `12`, `-2` or `−2`, but not 0; nil for anything else.
    static func units(_ text: String) -> Int64? {
        let isNegative = text.hasPrefix("-") || text.hasPrefix("−")
        let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
        guard let item = ItemNumber(parsing: digits), item.value <= Book.stockMax else { return nil }
        return isNegative ? -item.value : item.value
    }

    /// `12`, `12.50` or `$12.50`; nil for anything else.
    static func amount(_ text: String) -> Cents? {
        Cents(parsing: text.hasPrefix("$") ? text.dropFirst() : text[...])
    }
}

/// The form that adds a book, as it was filled in.
struct AddForm {
    /// Fields that cannot be used, in words.
    struct Faults: Error {
        let texts: [String]
    }

    var title = ""
    var topic = ""
    var cost = ""
    var stock = ""
    var number = ""
    var reason = ""

    init() {}

    init(_ form: Form) throws {
        title = (try form["title"] ?? "").trimmingBlanks()
        topic = (try form["topic"] ?? "").trimmingBlanks()
        cost = (try form["cost"] ?? "").trimmingBlanks()
        stock = (try form["stock"] ?? "").trimmingBlanks()
        number = (try form["item_number"] ?? "").trimmingBlanks()
        reason = (try form["reason"] ?? "").trimmingBlanks()
    }

    func order(actor: String) -> Result<AddOrder, Faults> {
        var faults: [String] = []
        let texts = [
            ("title", title, ShopText.titleByteCountMax), ("topic", topic, ShopText.topicByteCountMax),
            ("reason", reason, ChangeForm.reasonByteCountMax),
        ]
        for (name, text, byteCountMax) in texts {
            if let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) {
                faults.append("The \(name) \(fault).")
            }
        }
        let price = ChangeForm.amount(cost)
        if price == nil { faults.append("“\(cost)” is no price; write 12 or 12.50.") }
        let units = stock == "0" ? 0 : ChangeForm.units(stock)
        if units.map({ $0 < 0 }) ?? true { faults.append("“\(stock)” is no number of copies.") }
        if !number.isEmpty, ItemNumber(parsing: number) == nil {
            faults.append("“\(number)” is no item number; leave it empty for the next free one.")
        }
        guard faults.isEmpty, let price, let units else { return .failure(Faults(texts: faults)) }
        return .success(
            AddOrder(
                title: title, topic: topic, price: price.description, stock: units,
                item: number.isEmpty ? nil : number, actor: actor, reason: reason))
    }
}

/// The page of ``AddForm``.
struct AddView {
    let frame: Pages.Frame
    let key: String
    let faults: [String]
    let topics: [String]
    let fields: AddForm
}

/// What the page after a change says, by a code in its address.
enum Done {
    case nothing
    case changed(Int)
    case imported(Int)
    case added
    case retired

    init(_ code: String?) {
        switch code {
        case "added": self = .added
        case "retired": self = .retired
        case let code?:
            let count = code.split(separator: "-").last.flatMap { Int($0) }
            self = count.map { code.hasPrefix("imported-") ? .imported($0) : .changed($0) } ?? .nothing
        case nil: self = .nothing
        }
    }

    var code: String {
        switch self {
        case .nothing: ""
        case .changed(let count): String(count)
        case .imported(let count): "imported-\(count)"
        case .added: "added"
        case .retired: "retired"
        }
    }

    var words: String? {
        switch self {
        case .nothing: nil
        case .changed(let count): "Done: \(Wording.books(count)) changed."
        case .imported(let count): "Done: \(Wording.books(count)) imported."
        case .added: "The book is on the shelf."
        case .retired: "The book is retired."
        }
    }
}

internal import Model

/// The fields of the form that adds a book, as they were typed.
struct AddForm: Sendable {
    enum Field: String, CaseIterable, Sendable {
        case title, topic, cost, stock
        case number = "item_number"
        case reason
    }

    /// The fields that cannot be used, each with the reason in words, in the form's order.
    struct Faults: Error {
        var byField: [(field: Field, text: String)] = []
        var byFact: [BookFact: String] = [:]

        var texts: [String] { byField.map(\.text) + byFact.values }
    }

    private var values: [Field: String] = [:]
    private(set) var facts = FactFields()
    /// What the keeper was already asked about: a title that another book has, and a price of 0.
    var sureTitle = ""
    var isSureOfPrice = false

    /// Makes an empty form, or one filled in from a similar book.
    init(like details: BookDetails? = nil) {
        guard let details else { return }
        let book = details.book
        facts = FactFields(details.facts)
        // Each edition has its own.
        facts[.isbn] = ""
        values = [.title: book.title, .topic: book.topic, .cost: book.price.description]
    }

    init(_ form: Form) throws {
        for field in Field.allCases { values[field] = (try form[field.rawValue] ?? "").trimmingBlanks() }
        facts = try FactFields(form)
        sureTitle = (try form["sure-title"] ?? "").trimmingBlanks()
        isSureOfPrice = try form["sure-price"] != nil
    }

    subscript(field: Field) -> String { values[field] ?? "" }

    func book() -> Result<NewBook, Faults> {
        var faults = Faults()
        func check(_ field: Field, byteCountMax: Int) {
            if let fault = ShopText.fault(in: self[field], byteCountMax: byteCountMax) {
                faults.byField.append((field, "The \(field.rawValue) \(fault)."))
            }
        }
        check(.title, byteCountMax: ShopText.titleByteCountMax)
        check(.topic, byteCountMax: ShopText.topicByteCountMax)
        let (cost, stock, number) = (self[.cost], self[.stock], self[.number])
        let price = ChangeForm.amount(cost)
        if price == nil { faults.byField.append((.cost, "“\(cost)” is no price; write 12 or 12.50.")) }
        let units = stock == "0" ? 0 : ChangeForm.units(stock)
        if units.map({ $0 < 0 }) ?? true {
            faults.byField.append((.stock, "“\(stock)” is no number of copies."))
        }
        let item = ItemNumber(parsing: number)
        if !number.isEmpty, item == nil {
            faults.byField.append(
                (.number, "“\(number)” is no item number; leave it empty for the next free one."))
        }
        check(.reason, byteCountMax: KeeperRequest.reasonByteCountMax)
        let read = facts.read()
        faults.byFact = read.faults
        guard faults.texts.isEmpty, let price, let units else { return .failure(faults) }
        return .success(
            NewBook(
                item: item, title: self[.title], topic: self[.topic], price: price, stock: units,
                facts: BookFacts(read.facts.compactMapValues { $0 })))
    }
}

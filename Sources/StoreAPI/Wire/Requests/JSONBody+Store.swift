internal import Model
internal import TierHTTP

// Members that several requests have.
extension JSONBody {
    func item() throws(StoreError) -> ItemNumber {
        guard let text = try text("item_number"), let item = ItemNumber(parsing: text) else {
            throw fault("item_number", "is not a string with a whole number from 1 to \(ItemNumber.valueMax)")
        }
        return item
    }

    func version() throws(StoreError) -> Int64? {
        try integer("expect_version", in: 0...Int64.max)
    }

    func price(_ name: String) throws(StoreError) -> Cents? {
        guard let text = try text(name) else { return nil }
        guard let price = Cents(parsing: text) else {
            throw fault(name, "is not an amount of 0 or more with at most two decimals")
        }
        return price
    }

    /// Text that may be left out; an empty form field counts as absent.
    func note(_ name: String, byteCountMax: Int) throws(StoreError) -> String? {
        guard try text(name) != "" else { return nil }
        return try line(name, byteCountMax: byteCountMax)
    }

    /// The facts that are given, as they are kept; nil for one that is null or an empty list.
    func facts() throws(StoreError) -> [BookFact: String?] {
        var facts: [BookFact: String?] = [:]
        for fact in BookFact.allCases {
            switch value(fact.rawValue) {
            case nil: continue
            case .null?: facts.updateValue(nil, forKey: fact)
            case .array(let parts)? where fact.isList && parts.isEmpty: facts.updateValue(nil, forKey: fact)
            case let value?:
                guard fact.isList == (value.text == nil), let text = fact.text(value) else {
                    throw fault(fact.rawValue, fact.isList ? "is not an array of strings" : "is not a string")
                }
                do throws(LineFault) {
                    facts[fact] = try fact.kept(text)
                } catch {
                    throw .invalid(error.reason)
                }
            }
        }
        return facts
    }

    func line(_ name: String, byteCountMax: Int) throws(StoreError) -> String? {
        guard let text = try text(name) else { return nil }
        if let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) { throw self.fault(name, fault) }
        return ShopText.kept(text)
    }
}

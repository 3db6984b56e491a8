package import Model
package import TierHTTP

// Parameters that several routes have.
extension TierRequest {
    /// The item number parameter, from the query or, where `orInPath`, from the path.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is missing or not an item number.
    package func itemNumber(orInPath: Bool = false) throws(StoreError) -> ItemNumber {
        let text = try target.required("item_number", orInPath: orInPath)
        guard let item = ItemNumber(parsing: text) else {
            throw .invalid("item_number is not a whole number from 1 to \(ItemNumber.valueMax)")
        }
        return item
    }

    /// The topic parameter, from the query or, where `orInPath`, from the path. As it was sent: the catalog composes it.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is missing or could be no book's topic.
    package func topic(orInPath: Bool = false) throws(StoreError) -> String {
        let topic = try target.required("topic", orInPath: orInPath)
        _ = try Self.composed(topic, of: "topic")
        return topic
    }

    /// A topic in composed form, as books have theirs.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it could be no book's topic.
    private static func composed(_ topic: String, of parameter: String) throws(StoreError) -> String {
        let topic = ShopText.composed(topic)
        if let fault = ShopText.lineFault(in: topic, byteCountMax: ShopText.topicByteCountMax) {
            throw .invalid("\(parameter) \(fault)")
        }
        return topic
    }

    /// How many elements of a list are wanted.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is no number from 1 to `max`.
    package func limit(max: Int, otherwise: Int) throws(StoreError) -> Int {
        Int(try integer("limit", in: 1...Int64(max)) ?? Int64(otherwise))
    }

    /// A whole number; nil where the parameter is missing.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is no number of the range, in its plain spelling.
    package func integer(_ name: String, in range: ClosedRange<Int64>) throws(StoreError) -> Int64? {
        guard let text = try target.parameter(name) else { return nil }
        guard let number = Int64(text), range.contains(number), String(number) == text else {
            throw .invalid("\(name) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// One of an enumeration's values; nil where the parameter is missing.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is another.
    package func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, as type: Value.Type
    ) throws(StoreError) -> Value? where Value.RawValue == String {
        guard let text = try target.parameter(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw .invalid("\(name) is none of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// What a book may cost at most for the request to be carried out (`cost_max`); nil where any price will do.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is no amount.
    package func priceMax() throws(StoreError) -> Cents? { try amount("cost_max") }

    /// An amount of money; nil where the parameter is missing.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is none.
    package func amount(_ name: String) throws(StoreError) -> Cents? {
        guard let text = try target.parameter(name) else { return nil }
        guard let amount = Cents(parsing: text) else {
            throw .invalid("\(name) is not an amount of 0 or more with at most two decimals")
        }
        return amount
    }

    /// Text on one line that is kept, as ``Model/ShopText`` says; nil where the parameter is missing.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is empty, too long or holds control characters.
    package func line(_ name: String, byteCountMax: Int) throws(StoreError) -> String? {
        guard let text = try target.parameter(name) else { return nil }
        if let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) {
            throw .invalid("\(name) \(fault)")
        }
        return ShopText.kept(text)
    }

    /// Who makes the request: the keeper whose session it shows, else who it says; nil where neither is there.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when what it says is empty, too long or holds control characters.
    package func actor() throws(StoreError) -> String? {
        let said = try line("actor", byteCountMax: KeeperRequest.actorByteCountMax)
        return keeper?.name ?? said
    }

    /// Why the request is made; nil where that is not said.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it is empty, too long or holds control characters.
    package func reason() throws(StoreError) -> String? {
        try line("reason", byteCountMax: KeeperRequest.reasonByteCountMax)
    }

    /// The topic to which a list is kept, or another by `name`, in composed form; nil where the parameter is missing.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` when it could be no book's topic.
    package func topicFilter(_ name: String = "topic") throws(StoreError) -> String? {
        guard let topic = try target.parameter(name) else { return nil }
        return try Self.composed(topic, of: name)
    }
}

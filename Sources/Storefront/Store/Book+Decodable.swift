package import Model

/// A book as customers see it.
extension Book: Decodable {
    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case title
        case topic = "type"
        case price = "cost"
        case stock
    }

    /// Reads what a lookup answers.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            item: try fields.item(.item), title: try fields.decode(String.self, forKey: .title),
            topic: try fields.decode(String.self, forKey: .topic), price: try fields.price(.price),
            stock: try fields.decode(Int64.self, forKey: .stock))
    }
}

extension KeyedDecodingContainer {
    /// An item number that travels as text.
    func item(_ key: Key) throws -> ItemNumber {
        guard let item = ItemNumber(parsing: try decode(String.self, forKey: key)) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "no item number")
        }
        return item
    }

    /// A price that travels as text.
    func price(_ key: Key) throws -> Cents {
        guard let price = Cents(parsing: try decode(String.self, forKey: key)) else {
            throw DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "no price")
        }
        return price
    }
}

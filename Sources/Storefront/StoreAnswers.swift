internal import Foundation
public import Model

/// A successful answer of the frontend: a result, and where the next page of a list begins.
struct StoreAnswer<Result: Decodable & Sendable>: Decodable, Sendable {
    let result: Result
    let next: String?
}

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
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            item: try fields.item(.item), title: try fields.decode(String.self, forKey: .title),
            topic: try fields.decode(String.self, forKey: .topic), price: try fields.price(.price),
            stock: try fields.decode(Int64.self, forKey: .stock))
    }
}

/// A topic and how many books it has.
struct ShopTopic: Decodable, Sendable {
    let topic: String
    let books: Int
}

/// What became of a purchase.
struct ShopReceipt: Decodable, Sendable {
    let isSuccess: Bool
    let item: ItemNumber
    let title: String
    let topic: String
    /// What was paid.
    let price: Cents
    /// When, in RFC 3339.
    let time: String

    private enum CodingKeys: String, CodingKey {
        case outcome
        case item = "item_number"
        case title
        case topic = "type"
        case price = "cost"
        case time
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        isSuccess = try fields.decode(String.self, forKey: .outcome) == "Success"
        item = try fields.item(.item)
        title = try fields.decode(String.self, forKey: .title)
        topic = try fields.decode(String.self, forKey: .topic)
        price = try fields.price(.price)
        time = try fields.decode(String.self, forKey: .time)
    }

    /// Whether the purchase was made just now.
    func isNew(now: Date = Date()) -> Bool {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let soldAt = try? style.parse(time) else { return false }
        return now.timeIntervalSince(soldAt) <= ShopLimits.newPurchaseAgeMax / .seconds(1)
    }
}

/// An error as the frontend tells it.
struct StoreProblem: Decodable, Sendable {
    let detail: String?
    let dependency: String?
    /// What a book costs that is too expensive.
    let cost: String?
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

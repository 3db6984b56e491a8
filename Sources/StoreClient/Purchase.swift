package import Model
internal import StoreAPI

/// What a key has bought: one copy, or an order of several.
package enum Purchase: Decodable, Sendable {
    case copy(Receipt)
    case order(PlacedOrder)

    private enum CodingKeys: String, CodingKey {
        case order
    }

    package init(from decoder: any Decoder) throws {
        let isOrder = try decoder.container(keyedBy: CodingKeys.self).contains(.order)
        self = isOrder ? .order(try PlacedOrder(from: decoder)) : .copy(try Receipt(from: decoder))
    }

    package var time: Timestamp {
        switch self {
        case .copy(let receipt): receipt.time
        case .order(let order): order.time
        }
    }

    /// Whether anything was sold.
    package var isSuccess: Bool {
        switch self {
        case .copy(let receipt): receipt.isSuccess
        case .order: true
        }
    }
}

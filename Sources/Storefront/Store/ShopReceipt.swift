internal import Foundation
internal import Model
internal import Monitoring

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
        guard let soldAt = Timestamp(parsing: time) else { return false }
        return .milliseconds(Timestamp(now).millis - soldAt.millis) <= ShopLimits.newPurchaseAgeMax
    }
}

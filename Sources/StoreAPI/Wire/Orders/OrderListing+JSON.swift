package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let orderPage = Schema.page(
        of: .object(
            [
                "number": .integer(), "item_number": .itemNumber, "key": .string, "sale": .integer().orNull,
                "time": .time,
            ], optional: OrderShare.schema)
    ).named("OrderPage")
}

extension OrderListing {
    package func write(to json: inout ByteBuffer) {
        json.writeString(#"{"number":\#(number),"item_number":"\#(item)","key":"#)
        json.writeJSONString(key.text)
        json.writeString(#","sale":\#(sale.map { String($0) } ?? "null"),"time":"\#(time)""#)
        share?.write(to: &json)
        json.writeStaticString("}")
    }
}

// As clients read it.
extension OrderListing: Decodable {
    private enum CodingKeys: String, CodingKey {
        case number, key, sale, time
        case item = "item_number"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            number: try members.decode(Int64.self, forKey: .number),
            item: try members.decode(ItemNumber.self, forKey: .item),
            key: try members.decode(IdempotencyKey.self, forKey: .key),
            sale: try members.decodeIfPresent(Int64.self, forKey: .sale),
            time: try members.decode(Timestamp.self, forKey: .time),
            share: try OrderShare.decode(from: decoder))
    }
}

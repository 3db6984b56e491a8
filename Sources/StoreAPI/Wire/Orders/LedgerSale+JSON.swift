package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let sales = Schema.result(
        .array(
            of: .object(
                ["sale": .string, "item_number": .itemNumber, "key": .string],
                optional: OrderShare.schema))
    ).named("Sales")
}

extension LedgerSale {
    /// The answer that lists some sales.
    package static func result(_ sales: [LedgerSale]) -> ByteBuffer {
        var json = ByteBufferAllocator().buffer(capacity: 16 + sales.count * 80)
        json.writeStaticString(#"{"result":"#)
        json.writeArray(sales) { json, sale in
            json.writeString(#"{"sale":"\#(sale.position)","item_number":"\#(sale.item)","key":"#)
            json.writeJSONString(sale.key.text)
            sale.share?.write(to: &json)
            json.writeStaticString("}")
        }
        json.writeStaticString("}")
        return json
    }
}

// As order servers read it.
extension LedgerSale: Decodable {
    private enum CodingKeys: String, CodingKey {
        case position = "sale"
        case item = "item_number"
        case key
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            position: try members.decode(SalePosition.self, forKey: .position),
            item: try members.decode(ItemNumber.self, forKey: .item),
            key: try members.decode(IdempotencyKey.self, forKey: .key),
            share: try OrderShare.decode(from: decoder))
    }
}

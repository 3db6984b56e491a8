package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let sales = Schema.result(
        .array(
            of: .object(
                ["sale": .string, "item_number": .itemNumber, "key": .string],
                optional: [
                    "order": .orderNumber, "state": .choice(["placed", "cancelled", "returned"]),
                    "lines": .array(of: .orderLine),
                ]))
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
            if let share = sale.share { json.writeShare(share) }
            json.writeStaticString("}")
        }
        json.writeStaticString("}")
        return json
    }
}

extension ByteBuffer {
    fileprivate mutating func writeShare(_ share: OrderShare) {
        writeString(#","order":\#(share.order),"state":"\#(share.state.name)","lines":"#)
        writeArray(share.lines) { json, line in
            json.writeString(#"{"item_number":"\#(line.item)","copies":\#(line.copies)}"#)
        }
    }
}

// As order servers read it.
extension LedgerSale: Decodable {
    private enum CodingKeys: String, CodingKey {
        case position = "sale"
        case item = "item_number"
        case key, order, state, lines
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let order = try members.decodeIfPresent(Int64.self, forKey: .order)
        self.init(
            position: try members.decode(SalePosition.self, forKey: .position),
            item: try members.decode(ItemNumber.self, forKey: .item),
            key: try members.decode(IdempotencyKey.self, forKey: .key),
            share: try order.map {
                OrderShare(
                    order: $0, state: try members.decode(OrderState.self, forKey: .state),
                    lines: try members.decode([OrderLine].self, forKey: .lines))
            })
    }
}

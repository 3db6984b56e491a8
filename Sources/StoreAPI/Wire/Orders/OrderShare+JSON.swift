internal import Model
internal import NIOCore
internal import TierHTTP

// What a step of an order did to the shelf: members of a sale in /ledger and of a row in /orders.
extension OrderShare {
    private enum CodingKeys: String, CodingKey {
        case order, state, lines
    }

    /// The members.
    static let schema: KeyValuePairs<String, Schema> = [
        "order": .orderNumber, "state": .choice(["placed", "cancelled", "returned"]),
        "lines": .array(of: .orderLine),
    ]

    /// The share among the members of an object; nil of a purchase of one copy.
    static func decode(from decoder: any Decoder) throws -> OrderShare? {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        return try members.decodeIfPresent(Int64.self, forKey: .order).map {
            OrderShare(
                order: $0, state: try members.decode(OrderState.self, forKey: .state),
                lines: try members.decode([OrderLine].self, forKey: .lines))
        }
    }

    /// Writes the members behind others.
    func write(to json: inout ByteBuffer) {
        json.writeString(#","order":\#(order),"state":"\#(state.name)","lines":"#)
        json.writeArray(lines) { json, line in
            json.writeString(#"{"item_number":"\#(line.item)","copies":\#(line.copies)}"#)
        }
    }
}

package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    private static let event = Schema.object(
        [
            "sequence": .integer(min: 1).saying("The number of its movement in the ledger."),
            "kind": .choice(StoreEvent.Kind.allCases.map(\.rawValue)), "time": .time,
        ],
        optional: [
            "order": orderNumber, "state": .choice(OrderState.allCases.map(\.name)),
            "lines": .array(
                of: .object(["item_number": .itemNumber, "copies": .integer(min: 1)])
            ).saying("What was ordered or came back."),
            "item_number": .itemNumber.saying("The one book of a buy, or the book whose stock is told."),
            "stock": .count.saying("What is left."),
        ]
    ).named("Event")

    static let eventPage = Schema.object([
        "result": .array(of: event),
        "next": .string(pattern: "^[0-9]{1,19}$").saying("The value of after that brings what follows."),
    ]).named("EventPage")
}

extension StoreEvent {
    package func write(to json: inout ByteBuffer) {
        json.writeString(#"{"sequence":\#(sequence),"kind":"\#(kind.rawValue)""#)
        if let order { json.writeString(#","order":\#(order)"#) }
        if let state { json.writeString(#","state":"\#(state.name)""#) }
        if !lines.isEmpty {
            json.writeStaticString(#","lines":"#)
            json.writeArray(lines) { json, line in
                json.writeString(#"{"item_number":"\#(line.item)","copies":\#(line.copies)}"#)
            }
        }
        if let item { json.writeString(#","item_number":"\#(item)""#) }
        if let stock { json.writeString(#","stock":\#(stock)"#) }
        json.writeString(#","time":"\#(time)"}"#)
    }
}

// As clients read it.
extension StoreEvent: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sequence, kind, time, order, state, lines, stock
        case item = "item_number"
    }

    private struct Line: Decodable {
        enum CodingKeys: String, CodingKey {
            case item = "item_number"
            case copies
        }

        let item: ItemNumber
        let copies: Int64
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            sequence: try members.decode(Int64.self, forKey: .sequence),
            kind: try members.decode(Kind.self, forKey: .kind),
            time: try members.decode(Timestamp.self, forKey: .time),
            order: try members.decodeIfPresent(Int64.self, forKey: .order),
            state: try members.decodeIfPresent(OrderState.self, forKey: .state),
            lines: try members.decodeIfPresent([Line].self, forKey: .lines)?.map {
                OrderLine(item: $0.item, copies: $0.copies)
            } ?? [], item: try members.decodeIfPresent(ItemNumber.self, forKey: .item),
            stock: try members.decodeIfPresent(Int64.self, forKey: .stock))
    }
}

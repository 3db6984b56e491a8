internal import Foundation
package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    private static let placedLine = Schema.object([
        "item_number": .itemNumber, "title": .string, "copies": .integer(min: 1),
        "cost": .amount.saying("Of one copy."), "put_back": .count.saying("Copies cancelled or returned."),
    ])
    private static let orderState = Schema.choice(OrderState.allCases.map(\.name))
    private static let step = Schema.object(
        ["state": orderState, "time": .time], optional: ["actor": .string, "reason": .string])

    /// An order as its customer sees it.
    static let placedOrder = Schema.object([
        "outcome": .choice(["Success"]), "order": orderNumber, "state": orderState, "total": .amount,
        "refunded": .amount, "time": .time, "lines": .array(of: placedLine), "steps": .array(of: step),
    ]).named("PlacedOrder")
    static let placedOrderResult = Schema.result(placedOrder).named("PlacedOrderResult")
    static let receiptOrOrder = Schema.result(.one(of: receipt, placedOrder)).named("ReceiptResult")

    /// An order as a storekeeper sees it.
    static let fullOrder = Schema.object(
        [
            "order": orderNumber, "key": .string, "state": orderState, "total": .amount, "refunded": .amount,
            "time": .time, "lines": .array(of: placedLine), "steps": .array(of: step),
        ], optional: ["name": .string, "email": .string, "delivery": .string]
    ).named("FullOrder")
    static let fullOrderResult = Schema.result(fullOrder).named("FullOrderResult")
    static let fullOrderPage = Schema.page(of: fullOrder).named("FullOrderPage")
}

extension PlacedOrder {
    /// The answer that shows it to its customer.
    package var result: ByteBuffer {
        .result { json in
            json.writeStaticString(#"{"outcome":"Success","#)
            json.writeOrder(self, withActors: false)
            json.writeStaticString("}")
        }
    }

    /// The answer that shows it to a storekeeper.
    package var fullResult: ByteBuffer { .result { $0.writeFullOrder(self) } }
}

extension ByteBuffer {
    /// Appends an order as a storekeeper sees it.
    package mutating func writeFullOrder(_ order: PlacedOrder) {
        writeStaticString(#"{"key":"#)
        writeJSONString(order.key.text)
        writeStaticString(",")
        writeOrder(order, withActors: true)
        for (name, text) in [
            ("name", order.contact?.name), ("email", order.contact?.email),
            ("delivery", order.contact?.delivery),
        ] {
            guard let text else { continue }
            writeString(#","\#(name)":"#)
            writeJSONString(text)
        }
        writeStaticString("}")
    }

    fileprivate mutating func writeOrder(_ order: PlacedOrder, withActors: Bool) {
        writeString(#""order":\#(order.number),"state":"\#(order.state.name)","total":""#)
        writeString(Cents.text(ofSum: order.totalCents))
        writeString(#"","refunded":"\#(Cents.text(ofSum: order.refundedCents))","time":"\#(order.time)","#)
        writeStaticString(#""lines":"#)
        writeArray(order.lines) { json, line in
            json.writeString(#"{"item_number":"\#(line.item)","title":"#)
            json.writeJSONString(line.title)
            json.writeString(
                #","copies":\#(line.copies),"cost":"\#(line.price)","put_back":\#(line.putBack)}"#)
        }
        writeStaticString(#","steps":"#)
        writeArray(order.steps) { json, step in
            json.writeString(#"{"state":"\#(step.state.name)","time":"\#(step.time)""#)
            for (name, text) in [("actor", step.actor), ("reason", step.reason)] where withActors {
                guard let text else { continue }
                json.writeString(#","\#(name)":"#)
                json.writeJSONString(text)
            }
            json.writeStaticString("}")
        }
    }
}

// As clients read it.
extension PlacedOrder: Decodable {
    private enum CodingKeys: String, CodingKey {
        case order, key, state, lines, steps, name, email, delivery
    }

    /// An answer to a customer does not repeat the key, which stands in its header.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let contact = OrderContact(
            name: try members.decodeIfPresent(String.self, forKey: .name),
            email: try members.decodeIfPresent(String.self, forKey: .email),
            delivery: try members.decodeIfPresent(String.self, forKey: .delivery))
        self.init(
            number: try members.decode(Int64.self, forKey: .order),
            key: try members.decodeIfPresent(IdempotencyKey.self, forKey: .key)
                ?? IdempotencyKey(trusted: ""),
            state: try members.decode(OrderState.self, forKey: .state),
            lines: try members.decode([Line].self, forKey: .lines),
            steps: try members.decode([Step].self, forKey: .steps),
            contact: contact.isEmpty ? nil : contact)
    }
}

extension OrderState: Decodable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let state = OrderState(name: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no state of an order")
        }
        self = state
    }
}

extension PlacedOrder.Line: Decodable {
    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case title, copies
        case price = "cost"
        case putBack = "put_back"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            item: try members.decode(ItemNumber.self, forKey: .item),
            title: try members.decode(String.self, forKey: .title),
            copies: try members.decode(Int64.self, forKey: .copies),
            price: try members.decode(Cents.self, forKey: .price),
            putBack: try members.decode(Int64.self, forKey: .putBack))
    }
}

extension PlacedOrder.Step: Decodable {
    private enum CodingKeys: String, CodingKey {
        case state, time, actor, reason
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            state: try members.decode(OrderState.self, forKey: .state),
            time: try members.decode(Timestamp.self, forKey: .time),
            actor: try members.decodeIfPresent(String.self, forKey: .actor),
            reason: try members.decodeIfPresent(String.self, forKey: .reason))
    }
}

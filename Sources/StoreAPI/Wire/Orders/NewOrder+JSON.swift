package import Model
package import NIOCore
package import TierHTTP

// An order as /order takes it.
extension Schema {
    static let orderLine = Schema.object(
        ["item_number": .itemNumber, "copies": .integer(1...OrderLine.copiesMax)], isClosed: true
    ).named("OrderLine")

    static let newOrder = Schema.object(
        ["lines": .array(of: orderLine, count: 1...NewOrder.lineCountMax)],
        optional: [
            "expect_total": .newAmount.orNull,
            "name": .string(lengthMax: OrderContact.nameByteCountMax).orNull,
            "email": .string(lengthMax: OrderContact.emailByteCountMax).orNull,
            "delivery": .string(lengthMax: OrderContact.deliveryByteCountMax).orNull,
        ], isClosed: true
    ).named("NewOrder")
}

extension OrderLine: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case item = "item_number"
        case copies
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            item: try members.decode(ItemNumber.self, forKey: .item),
            copies: try members.decode(Int64.self, forKey: .copies))
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(item, forKey: .item)
        try members.encode(copies, forKey: .copies)
    }

    /// The lines of a request's body; empty where there are none.
    static func all(in body: JSONBody) throws(StoreError) -> [OrderLine] {
        var lines: [OrderLine] = []
        let known = Set(CodingKeys.allCases.map(\.rawValue))
        for object in try body.objects("lines", known: known, countMax: NewOrder.lineCountMax) {
            guard let copies = try object.integer("copies", in: 1...OrderLine.copiesMax) else {
                throw object.fault("copies", "is missing")
            }
            lines.append(OrderLine(item: try object.item(), copies: copies))
        }
        return lines
    }
}

extension NewOrder: Encodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case lines, name, email, delivery
        case expectedTotal = "expect_total"
    }

    /// The key travels in its header.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(lines, forKey: .lines)
        try members.encodeIfPresent(expectedTotal, forKey: .expectedTotal)
        try members.encodeIfPresent(contact.name, forKey: .name)
        try members.encodeIfPresent(contact.email, forKey: .email)
        try members.encodeIfPresent(contact.delivery, forKey: .delivery)
    }

    fileprivate static let known = Set(CodingKeys.allCases.map(\.rawValue))

    fileprivate init(_ body: JSONBody, key: IdempotencyKey) throws(StoreError) {
        try self.init(
            key: key, lines: try OrderLine.all(in: body), expectedTotal: try body.price("expect_total"),
            contact: OrderContact(
                name: try body.note("name", byteCountMax: OrderContact.nameByteCountMax),
                email: try body.checked("email", OrderContact.fault(inEmail:)),
                delivery: try body.checked("delivery", OrderContact.fault(inDelivery:))))
    }
}

extension JSONBody {
    /// Text that may be left out; an empty form field counts as absent.
    fileprivate func checked(
        _ name: String, _ fault: (String) -> String?
    ) throws(StoreError) -> String? {
        guard let text = try text(name), !text.isEmpty else { return nil }
        if let fault = fault(text) { throw self.fault(name, fault) }
        return ShopText.composed(text)
    }
}

extension TierRequest {
    /// An order; read strictly.
    ///
    /// - Returns: fails with ``Model/StoreError/invalid(_:)`` for one that is malformed.
    package func newOrder() -> EventLoopFuture<NewOrder> {
        json(known: NewOrder.known) { try NewOrder($0, key: try purchaseKey()) }
    }
}

package import Model
internal import TierHTTP

// A step of an order as /state takes it, and whose data /forget erases.
extension Schema {
    /// The number of an order.
    static let orderNumber = Schema.integer(min: 1)

    static let orderStep = Schema.object(
        ["order": orderNumber, "state": .choice(OrderStep.states.map(\.name))],
        optional: [
            "lines": .array(of: orderLine, count: 1...NewOrder.lineCountMax), "actor": .actor,
            "reason": .reason,
        ], isClosed: true
    ).named("OrderStep")

    static let forgetting = Schema.object(["order": orderNumber], isClosed: true).named("Forgetting")
}

extension OrderStep: Encodable {
    /// What an order can be brought to.
    static let states = OrderState.allCases.filter { $0 != .placed }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case order, state, lines
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(order, forKey: .order)
        try members.encode(state.name, forKey: .state)
        try members.encodeIfPresent(lines, forKey: .lines)
    }

    init(_ body: JSONBody) throws(StoreError) {
        let order = try body.order()
        guard let name = try body.text("state") else { throw body.fault("state", "is missing") }
        guard let state = OrderState(name: name), state != .placed else {
            throw body.fault(
                "state", "is none of \(Self.states.map(\.name).joined(separator: ", "))")
        }
        let lines = body.value("lines") == nil ? nil : try OrderLine.all(in: body)
        guard lines == nil || state == .returned else {
            throw body.fault("lines", "are given for a return only: any other step is of the whole order")
        }
        guard lines?.isEmpty != true else { throw body.fault("lines", "are empty") }
        self.init(order: order, state: state, lines: lines)
    }
}

extension JSONBody {
    /// The number of an order.
    func order() throws(StoreError) -> Int64 {
        guard let order = try integer("order", in: 1...Int64.max) else { throw fault("order", "is missing") }
        return order
    }
}

package import Model
internal import TierHTTP

// A change of one book as /updates takes it.
extension Schema {
    static let updates = Schema.object(
        ["updates": .array(of: update, count: 1...KeeperRequest.updateCountMax)],
        optional: ["actor": .actor, "reason": .reason], isClosed: true
    ).named("Updates")

    private static let update = Schema.object(
        ["item_number": .itemNumber],
        optional: [
            "cost": .newAmount, "stock": .integer(-StockChange.unitsMax...StockChange.unitsMax),
            "expect_stock": .stock, "expect_cost": .newAmount, "expect_version": .version,
        ], anyOf: ["cost", "stock"], isClosed: true)
}

extension KeeperUpdate: Encodable {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case item = "item_number"
        case price = "cost"
        case units = "stock"
        case expectedPrice = "expect_cost"
        case expectedStock = "expect_stock"
        case expectedVersion = "expect_version"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(change.item, forKey: .item)
        try members.encodeIfPresent(change.price, forKey: .price)
        try members.encodeIfPresent(change.units, forKey: .units)
        try members.encodeIfPresent(expectation.price, forKey: .expectedPrice)
        try members.encodeIfPresent(expectation.stock, forKey: .expectedStock)
        try members.encodeIfPresent(expectation.version, forKey: .expectedVersion)
    }
}

extension KeeperUpdate {
    static func all(in body: JSONBody) throws(StoreError) -> [KeeperUpdate] {
        let objects = try body.objects(
            "updates",
            known: Set(CodingKeys.allCases.map(\.rawValue)),
            countMax: KeeperRequest.updateCountMax)
        var updates: [KeeperUpdate] = []
        for object in objects { updates.append(try KeeperUpdate(object)) }
        return updates
    }

    private init(_ body: JSONBody) throws(StoreError) {
        let price = try body.price("cost")
        let units = try body.integer("stock", in: -StockChange.unitsMax...StockChange.unitsMax)
        guard price != nil || units != nil else {
            throw body.fault("cost", "and stock are both missing: there is nothing to update")
        }
        self.init(
            StockChange(item: try body.item(), price: price, units: units),
            expectation: Expectation(
                stock: try body.integer("expect_stock", in: 0...Book.stockMax),
                price: try body.price("expect_cost"), version: try body.version()))
    }
}

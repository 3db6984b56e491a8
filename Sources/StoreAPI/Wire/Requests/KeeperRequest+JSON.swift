package import Model
package import NIOCore
package import TierHTTP

// The bodies of /updates, /add and /retire.

extension Schema {
    static let updates = Schema.object(
        ["updates": .array(of: update, count: 1...KeeperRequest.updateCountMax)],
        optional: ["actor": actor, "reason": reason], isClosed: true
    ).named("Updates")

    private static let update = Schema.object(
        ["item_number": .itemNumber],
        optional: [
            "cost": .newAmount, "stock": .integer(-StockChange.unitsMax...StockChange.unitsMax),
            "expect_stock": stock, "expect_cost": .newAmount, "expect_version": .version,
        ], anyOf: ["cost", "stock"], isClosed: true)

    static let newBook = Schema.object(
        [
            "title": .string(lengthMax: ShopText.titleByteCountMax),
            "topic": .string(lengthMax: ShopText.topicByteCountMax), "cost": .newAmount,
        ],
        optional: ["item_number": .itemNumber, "stock": stock, "actor": actor, "reason": reason],
        isClosed: true
    ).named("NewBook")

    static let retirement = Schema.object(
        ["item_number": .itemNumber],
        optional: ["expect_version": .version, "actor": actor, "reason": reason], isClosed: true
    ).named("Retirement")

    private static let stock = Schema.integer(0...Book.stockMax)
    private static let actor = Schema.string(lengthMax: KeeperRequest.actorByteCountMax).orNull
    private static let reason = Schema.string(lengthMax: KeeperRequest.reasonByteCountMax).orNull
}

// MARK: How clients write them

extension KeeperRequest: Encodable {
    private enum CodingKeys: String, CodingKey {
        case actor, reason, updates, title, topic, stock
        case item = "item_number"
        case price = "cost"
        case expectedVersion = "expect_version"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(actor, forKey: .actor)
        try members.encodeIfPresent(reason, forKey: .reason)
        switch work {
        case .updates(let updates): try members.encode(updates, forKey: .updates)
        case .add(let book):
            try members.encodeIfPresent(book.item, forKey: .item)
            try members.encode(book.title, forKey: .title)
            try members.encode(book.topic, forKey: .topic)
            try members.encode(book.price, forKey: .price)
            try members.encode(book.stock, forKey: .stock)
        case .retire(let item, let expectedVersion):
            try members.encode(item, forKey: .item)
            try members.encodeIfPresent(expectedVersion, forKey: .expectedVersion)
        // Travels as lines of text.
        case .load: break
        }
    }
}

extension KeeperUpdate: Encodable {
    private enum CodingKeys: String, CodingKey {
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

// MARK: How they are read

// Strictly: each fails with ``Model/StoreError/invalid(_:)`` for a body that is malformed.
extension TierRequest {
    package func updates() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(["updates"]) { body throws(StoreError) in .updates(try KeeperUpdate.all(in: body)) }
    }

    package func newBook() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(["item_number", "title", "topic", "cost", "stock"]) { body throws(StoreError) in
            .add(try NewBook(body))
        }
    }

    package func retirement() -> EventLoopFuture<KeeperRequest> {
        keeperRequest(["item_number", "expect_version"]) { body throws(StoreError) in
            .retire(try body.item(), expectedVersion: try body.version())
        }
    }

    private func keeperRequest(
        _ known: Set<String>,
        _ work: @escaping @Sendable (JSONBody) throws(StoreError) -> KeeperRequest.Work
    ) -> EventLoopFuture<KeeperRequest> {
        json(known: known.union(["actor", "reason"])) { body in
            KeeperRequest(
                try work(body), actor: try body.note("actor", byteCountMax: KeeperRequest.actorByteCountMax),
                reason: try body.note("reason", byteCountMax: KeeperRequest.reasonByteCountMax),
                key: try idempotencyKey())
        }
    }
}

extension KeeperUpdate {
    fileprivate static func all(in body: JSONBody) throws(StoreError) -> [KeeperUpdate] {
        let objects = try body.objects(
            "updates",
            known: ["item_number", "cost", "stock", "expect_cost", "expect_stock", "expect_version"],
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

extension NewBook {
    fileprivate init(_ body: JSONBody) throws(StoreError) {
        guard let title = try body.line("title", byteCountMax: ShopText.titleByteCountMax) else {
            throw body.fault("title", "is missing")
        }
        guard let topic = try body.line("topic", byteCountMax: ShopText.topicByteCountMax) else {
            throw body.fault("topic", "is missing")
        }
        guard let price = try body.price("cost") else { throw body.fault("cost", "is missing") }
        let hasNumber = try body.text("item_number") != nil
        self.init(
            item: hasNumber ? try body.item() : nil, title: title, topic: topic, price: price,
            stock: try body.integer("stock", in: 0...Book.stockMax) ?? 0)
    }
}

extension JSONBody {
    fileprivate func item() throws(StoreError) -> ItemNumber {
        guard let text = try text("item_number"), let item = ItemNumber(parsing: text) else {
            throw fault("item_number", "is not a string with a whole number from 1 to \(ItemNumber.valueMax)")
        }
        return item
    }

    fileprivate func version() throws(StoreError) -> Int64? {
        try integer("expect_version", in: 0...Int64.max)
    }

    fileprivate func price(_ name: String) throws(StoreError) -> Cents? {
        guard let text = try text(name) else { return nil }
        guard let price = Cents(parsing: text) else {
            throw fault(name, "is not an amount of 0 or more with at most two decimals")
        }
        return price
    }

    /// Text that may be left out; an empty field of a form says no more than none.
    fileprivate func note(_ name: String, byteCountMax: Int) throws(StoreError) -> String? {
        guard try text(name) != "" else { return nil }
        return try line(name, byteCountMax: byteCountMax)
    }

    fileprivate func line(_ name: String, byteCountMax: Int) throws(StoreError) -> String? {
        guard let text = try text(name) else { return nil }
        if let fault = ShopText.fault(in: text, byteCountMax: byteCountMax) { throw self.fault(name, fault) }
        return ShopText.kept(text)
    }
}

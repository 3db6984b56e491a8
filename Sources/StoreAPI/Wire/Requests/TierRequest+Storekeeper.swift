package import Model
package import NIOCore
package import TierHTTP

// The bodies of /updates, /add and /retire, read strictly. Each fails with ``Model/StoreError/invalid(_:)`` for one
// that is malformed.
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

internal import Model
internal import TierHTTP

// What storekeepers send, and what comes of it.
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

    static let imported = Schema.result(.object(["books": .integer()])).named("Imported")
    static let importing = Schema.result(
        .object(["read": count.saying("Lines."), "written": count.saying("Books.")])
    ).named("Importing")
}

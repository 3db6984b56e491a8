internal import Model
internal import NIOHTTP1
internal import TierHTTP

// The contract, which programs of other makes keep too.
extension Endpoint {
    static let contract = [search, queryByTopic, lookup, queryByItem, buy, update, ledger]

    /// The frontend's; the catalog's is ``queryByTopic``.
    package static let search = search("search", pathParameter: "topic")
    package static let queryByTopic = search("query_by_topic")

    private static func search(_ name: String, pathParameter: String? = nil) -> Endpoint {
        Endpoint(
            name, isLong: true, lane: .topics,
            RouteDoc(
                summary: "The books of a topic, in item-number order.",
                parameters: [
                    .query("topic", .topic, isRequired: true, "The topic, exactly."),
                    .query(
                        "limit", .count(StoreLimits.searchCountMax),
                        "How many books to list, at most; all without it."),
                    .query("after", .item, "Go on after this book."),
                ], success: .listings, refusals: [400], pathParameter: pathParameter,
                example: .init(query: "topic=distributed+systems")))
    }

    /// The frontend's; the catalog's is ``queryByItem``.
    package static let lookup = lookup("lookup", pathParameter: "item_number")
    package static let queryByItem = lookup("query_by_item")

    private static func lookup(_ name: String, pathParameter: String? = nil) -> Endpoint {
        Endpoint(
            name, lane: .quick,
            RouteDoc(
                summary: "One book.", parameters: [.itemNumber], success: .bookResult, refusals: [400, 404],
                pathParameter: pathParameter, example: .init(query: "item_number=1")))
    }

    package static let buy = Endpoint(
        "buy", [.GET, .POST], isPurchase: true, lane: .changes,
        RouteDoc(
            summary:
                "Buys one copy of a book. Sold out is the answer `Failed`. Every answer names the purchase's Idempotency-Key, by which it can be repeated safely.",
            parameters: [.itemNumber, .priceMax, .key], success: .outcome,
            refusals: [400, 404, 409, 412, 422], pathParameter: "item_number",
            example: .init(query: "item_number=2", key: "my-first-order")))

    package static let update = Endpoint(
        "update", [.GET, .POST], right: .change, lane: .changes,
        RouteDoc(
            summary: "Changes a book's price, its stock, or both together.",
            parameters: [
                .itemNumber,
                .query(
                    "cost", .pattern("^(na|\(Cents.digits))$"),
                    "A new price, or `na`."),
                .query(
                    "stock", .pattern("^(na|0|-?[1-9][0-9]{0,8})$"),
                    "A signed change of the stock, or `na`. One of the two must be given."),
                .actor("Who makes the change."), .reason,
                .query("expect_stock", .stock, "The stock that the sender last saw."),
                .query("expect_cost", .amount, "The price that the sender last saw."),
                .query("expect_version", .version, "The version that the sender last saw."),
                .priceMax, .key,
            ], success: .outcome, refusals: [400, 404, 412, 422],
            example: .init(query: "item_number=3&cost=5.50&stock=2")))

    /// Beside the contract, for order servers of our own make.
    package static let ledger = Endpoint(
        "ledger", right: .read, isLong: true, lane: .reads,
        RouteDoc(
            summary: "Sales in their order, for order servers.",
            parameters: [
                .query("after", .pattern("^[0-9a-f]{16}/[0-9]{1,18}$"), "A sale, after which to begin."),
                .limit(StoreLimits.saleCountMax),
            ], success: .sales, refusals: [400], example: .init(query: "limit=10")))
}

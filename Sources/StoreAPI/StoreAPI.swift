internal import Model
package import TierHTTP

/// The store's routes as they are documented. The tiers share them: what the frontend passes on means the
/// same on both.
package enum StoreAPI {
    private static let item = RouteDoc.Value.pattern("^[1-9][0-9]{0,\(ItemNumber.digitCountMax - 1)}$")
    private static let amount = RouteDoc.Value.pattern(
        #"^[0-9]{1,\#(Cents.wholeDigitCountMax)}(\.[0-9]{1,2})?$"#)
    private static let topic = RouteDoc.Value.line(byteCountMax: ShopText.topicByteCountMax)
    private static let sequence = RouteDoc.Value.integer(1...Int64.max)

    private static let itemNumber = RouteDoc.Parameter.query(
        "item_number", item, isRequired: true, "The book's item number.")
    private static let key = RouteDoc.Parameter.header(
        "Idempotency-Key", .pattern("^[!-~]{1,\(IdempotencyKey.byteCountMax)}$"),
        "The request's own name: the same again gets the first outcome and does nothing more.")
    private static let itemAfter = RouteDoc.Parameter.query(
        "after", item, "Go on after this book: the `next` of the page before.")

    private static let costMax = RouteDoc.Parameter.query(
        "cost_max", amount,
        "Only while the book costs at most this. If it costs more, the answer is 412 with its `cost` now: nothing is changed, and nothing remembered under the key."
    )

    private static func limit(_ max: Int) -> RouteDoc.Parameter {
        .query("limit", .integer(1...Int64(max)), "How many to list, at most.")
    }

    // MARK: The contract

    /// `/search` and `/query_by_topic`.
    package static func search(inPath: Bool) -> RouteDoc {
        RouteDoc(
            summary: "The books of a topic, in item-number order.",
            parameters: [
                .query("topic", topic, isRequired: true, "The topic, exactly."),
                .query(
                    "limit", .integer(1...Int64(StoreLimits.searchCountMax)),
                    "How many books to list, at most; all without it."),
                .query("after", item, "Go on after this book."),
            ], success: "Listings", refusals: [400], pathParameter: inPath ? "topic" : nil)
    }

    /// `/lookup` and `/query_by_item`.
    package static func lookup(inPath: Bool) -> RouteDoc {
        RouteDoc(
            summary: "One book.", parameters: [itemNumber], success: "BookResult", refusals: [400, 404],
            pathParameter: inPath ? "item_number" : nil)
    }

    package static let buy = RouteDoc(
        summary:
            "Buys one copy of a book. Sold out is the answer `Failed`. Every answer names the purchase's Idempotency-Key, by which it can be repeated safely.",
        parameters: [itemNumber, costMax, key], success: "Outcome",
        refusals: [400, 404, 409, 412, 422], pathParameter: "item_number")

    package static let update = RouteDoc(
        summary: "Changes a book's price, its stock, or both together.",
        parameters: [
            itemNumber,
            .query(
                "cost", .pattern(#"^(na|[0-9]{1,\#(Cents.wholeDigitCountMax)}(\.[0-9]{1,2})?)$"#),
                "A new price, or `na`."),
            .query(
                "stock", .pattern("^(na|0|-?[1-9][0-9]{0,8})$"),
                "A signed change of the stock, or `na`. One of the two must be given."),
            .query("actor", .line(byteCountMax: KeeperRequest.actorByteCountMax), "Who makes the change."),
            .query("reason", .line(byteCountMax: KeeperRequest.reasonByteCountMax), "Why."),
            .query("expect_stock", .integer(0...Book.stockMax), "The stock that the sender last saw."),
            .query("expect_cost", amount, "The price that the sender last saw."),
            .query("expect_version", .integer(0...Int64.max), "The version that the sender last saw."),
            costMax,
            key,
        ], success: "Outcome", refusals: [400, 404, 412, 422])

    package static let ledger = RouteDoc(
        summary: "Sales in their order, for order servers.",
        parameters: [
            .query("after", .pattern("^[0-9a-f]{16}/[0-9]{1,18}$"), "A sale, after which to begin."),
            limit(StoreLimits.saleCountMax),
        ], success: "Sales", refusals: [400])

    // MARK: For customers

    package static let find = RouteDoc(
        summary: "Books by words of title and topic: anywhere in a word, in any case, without accents.",
        parameters: [
            .query(
                "q", .line(byteCountMax: StoreLimits.queryByteCountMax),
                "Words, all of which must occur; all books without it."),
            .query("topic", topic, "Only books of this topic, exactly."), limit(StoreLimits.foundCountMax),
            itemAfter,
        ], success: "BookPage", refusals: [400])

    package static let topics = RouteDoc(
        summary: "The topics with their numbers of books.",
        parameters: [
            .query("sort", .choice(["name", "size"]), "By name, or the topics with the most books first."),
            limit(StoreLimits.listCountMax),
            .query("after", topic, "Go on after this topic; by size it must be one that has books."),
        ], success: "TopicPage", refusals: [400])

    package static let receipt = RouteDoc(
        summary: "What became of a purchase.",
        parameters: [
            .header(
                "Idempotency-Key", .pattern("^[!-~]{1,\(IdempotencyKey.byteCountMax)}$"), isRequired: true,
                "The purchase's key.")
        ], success: "ReceiptResult", refusals: [400, 404])

    // MARK: For storekeepers

    package static let books = RouteDoc(
        summary: "Books with copies sold and versions.",
        parameters: [
            .query(
                "q", .line(byteCountMax: StoreLimits.queryByteCountMax),
                "As in find; then without retired books."),
            .query("topic", topic, "Only books of this topic, exactly."),
            .query("stock_max", .integer(0...Book.stockMax), "Only books with at most so many copies."),
            .query("retired", .choice(["false", "true", "only"]), "Whether retired books are listed."),
            limit(StoreLimits.listCountMax), itemAfter,
        ], success: "FullBookPage", refusals: [400])

    package static let book = RouteDoc(
        summary: "One book, also a retired one.", parameters: [itemNumber], success: "FullBookResult",
        refusals: [400, 404])

    package static let movements = RouteDoc(
        summary: "The ledger, newest first. A page may be short and still have a `next`.",
        parameters: [
            .query("item_number", item, "Only this book."),
            .query("kind", .choice(["sale", "update", "add", "retire"]), "Only this kind."),
            limit(StoreLimits.listCountMax),
            .query("after", sequence, "Go on after this movement: the `next` of the page before."),
        ], success: "MovementPage", refusals: [400, 404])

    package static let totals = RouteDoc(
        summary: "Sales by day (UTC) and topic.",
        parameters: [
            .query("days", .integer(1...Int64(StoreLimits.dayCountMax)), "How many days, with today.")
        ], success: "Totals",
        refusals: [400])

    package static let orders = RouteDoc(
        summary: "Completed purchases, newest first.",
        parameters: [limit(StoreLimits.listCountMax), .query("after", sequence, "Go on after this order.")],
        success: "OrderPage",
        refusals: [400])

    package static let updates = RouteDoc(
        summary: "Several changes of prices and stocks: all of them or none.", parameters: [key],
        body: .init(contentType: "application/json", schema: "Updates"), success: "FullBooks",
        refusals: [400, 404, 409, 412, 413, 422])

    package static let add = RouteDoc(
        summary: "Adds a book.", parameters: [key],
        body: .init(contentType: "application/json", schema: "NewBook"), success: "FullBookResult",
        refusals: [400, 409, 413, 422])

    package static let retire = RouteDoc(
        summary: "Takes a book out of the shop.", parameters: [key],
        body: .init(contentType: "application/json", schema: "Retirement"), success: "FullBookResult",
        refusals: [400, 404, 409, 412, 413, 422])

    /// `/import`.
    package static let load = RouteDoc(
        summary:
            "Adds all books of a catalog file or none: `init,item_number,stock,cost,topic,title` a line.",
        parameters: [
            .query("dry_run", .choice(["true", "false"]), "Only look whether it could be done."),
            .query("actor", .line(byteCountMax: KeeperRequest.actorByteCountMax), "Who adds them."),
            .query("reason", .line(byteCountMax: KeeperRequest.reasonByteCountMax), "Why."), key,
        ], body: .init(contentType: "text/plain", schema: nil), success: "Imported",
        refusals: [400, 409, 413, 422])

    package static let importing = RouteDoc(
        summary: "How far the import is that is under way; zeros where there is none.", success: "Importing")

    package static let tiers = RouteDoc(summary: "How the servers behind are.", success: "Tiers")
}

internal import Model
internal import TierHTTP

extension RouteDoc.Value {
    static let item = Self.pattern(ItemNumber.pattern)
    static let amount = Self.pattern(Cents.pattern)
    static let topic = Self.line(byteCountMax: ShopText.topicByteCountMax)
    static let key = Self.pattern("^[!-~]{1,\(IdempotencyKey.byteCountMax)}$")
    /// The place of an entry in a list that is numbered.
    static let sequence = Self.integer(1...Int64.max)
    /// A book's version, as a storekeeper last saw it.
    static let version = Self.integer(0...Int64.max)
    static let stock = Self.integer(0...Book.stockMax)

    /// 1 … `max`.
    static func count(_ max: Int) -> RouteDoc.Value { .integer(1...Int64(max)) }
}

// Parameters that several endpoints have.
extension RouteDoc.Parameter {
    static let itemNumber = Self.query("item_number", .item, isRequired: true, "The book's item number.")
    static let key = Self.header(
        "Idempotency-Key", .key,
        "The request's own name: the same again gets the first outcome and does nothing more.")
    static let session = Self.header(
        SessionSecret.field, .pattern(SessionSecret.pattern), isRequired: true, "What opens the session.")
    static let topic = Self.query("topic", .topic, "Only books of this topic, exactly.")
    static let priceMax = Self.query(
        "cost_max", .amount,
        "Only while the book costs at most this. If it costs more, the answer is 412 with its `cost` now: nothing is changed, and nothing remembered under the key."
    )
    static let reason = Self.query("reason", .line(byteCountMax: KeeperRequest.reasonByteCountMax), "Why.")

    static func actor(_ meaning: String) -> Self {
        .query("actor", .line(byteCountMax: KeeperRequest.actorByteCountMax), meaning)
    }

    static func words(_ meaning: String) -> Self {
        .query("q", .line(byteCountMax: StoreLimits.queryByteCountMax), meaning)
    }

    static func limit(_ max: Int) -> Self { .query("limit", .count(max), "How many to list, at most.") }

    /// What finds, sorts and parts a list of books, beside its words.
    static let selection: [Self] = [
        .topic, .query("in_stock", .choice(["true", "false"]), "Only books of which there are copies."),
        .query("cost_min", .amount, "Only books that cost at least this."),
        .query("cost_max", .amount, "Only books that cost at most this."),
        .query(
            "sort", .choice(BookOrder.allCases.map(\.rawValue)),
            "What fits the words best, the titles in their order, the cheapest, what was added last, or what was sold most first. By number where neither it nor `page` is given."
        ),
        .query("page", .count(StoreLimits.pageNumberMax), "The page, numbered from 1."),
        .query(
            "after", .item, "Go on after this book: the `next` of the page before. Not with `page` or `sort`."
        ),
    ]
}

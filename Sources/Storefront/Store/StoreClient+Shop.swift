internal import Model
internal import Monitoring
internal import NIOCore

extension StoreClient {
    /// Books by words, by topic, or all, in item-number order.
    func find(
        words: String? = nil, topic: String? = nil, limit: Int, after: String? = nil, trace: TraceContext
    ) async throws -> Page<Book> {
        let answer = try await get(
            .find, [("q", words), ("topic", topic), ("limit", String(limit)), ("after", after)],
            as: [Book].self, trace: trace)
        return Page(rows: answer.result, next: answer.next)
    }

    /// The order of a list of topics.
    enum TopicOrder: String {
        case name, size
    }

    /// The topics with their number of books, the biggest first where nothing else is said.
    func topics(
        by order: TopicOrder = .size, limit: Int, after: String? = nil, trace: TraceContext
    ) async throws -> Page<ShopTopic> {
        let answer = try await get(
            .topics, [("sort", order.rawValue), ("limit", String(limit)), ("after", after)],
            as: [ShopTopic].self, trace: trace)
        return Page(rows: answer.result, next: answer.next)
    }

    func book(_ item: ItemNumber, trace: TraceContext) async throws -> Book {
        try await get(.lookup, [("item_number", item.description)], as: Book.self, trace: trace).result
    }

    /// What became of the purchase with a key; nil when the store knows of none.
    func receipt(
        _ key: IdempotencyKey, within timeMax: TimeAmount = ShopLimits.readTimeMax, trace: TraceContext
    ) async throws -> ShopReceipt? {
        do {
            return try await get(.receipt, key: key, as: ShopReceipt.self, within: timeMax, trace: trace)
                .result
        } catch  where StoreFault.status(of: error) == 404 {
            return nil
        }
    }
}

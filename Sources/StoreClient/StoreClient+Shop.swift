package import Model
package import Monitoring
package import NIOCore
package import StoreAPI

// For customers. Whatever fails throws a ``StoreFault``.
extension StoreClient {
    /// The books of a topic, in item-number order.
    package func search(topic: String, trace: TraceContext? = nil) async throws -> [Listing] {
        try await ask(.search, [("topic", topic)], trace: trace).result
    }

    package func lookup(_ item: ItemNumber, trace: TraceContext? = nil) async throws -> Book {
        try await ask(.lookup, [("item_number", item.description)], trace: trace).result
    }

    /// Buys one copy, if it costs at most `priceMax` at that moment. The same key buys at most one, however often
    /// it is sent. A refusal with status 412 says that the book costs more.
    package func buy(
        _ item: ItemNumber, atMost priceMax: Cents? = nil, key: IdempotencyKey, trace: TraceContext? = nil
    ) async throws -> PurchaseOutcome {
        try await ask(
            .buy, [("item_number", item.description), ("cost_max", priceMax?.description)], key: key,
            trace: trace
        ).result
    }

    /// Books by words, by topic, or all: by number, or, where an order or a page is asked for, in that order.
    package func find(
        words: String? = nil, topic: String? = nil, isInStock: Bool = false, costMin: Cents? = nil,
        costMax: Cents? = nil, sort: BookOrder? = nil, page: Int? = nil, limit: Int, after: String? = nil,
        trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[ShopBook]> {
        try await ask(
            .find,
            [
                ("q", words), ("topic", topic), ("in_stock", isInStock ? "true" : nil),
                ("cost_min", costMin?.description), ("cost_max", costMax?.description),
                ("sort", sort?.rawValue), ("page", page.map { String($0) }), ("limit", String(limit)),
                ("after", after),
            ], trace: trace)
    }

    /// A book in the shop with what is known of it.
    package func details(_ item: ItemNumber, trace: TraceContext? = nil) async throws -> ShopBook {
        try await ask(.details, [("item_number", item.description)], trace: trace).result
    }

    /// The image of a cover; nil where the store has none with this digest.
    package func cover(_ digest: String, trace: TraceContext? = nil) async throws -> CoverImage? {
        do {
            let bytes = try await answer(of: .cover, [("digest", digest)], trace: trace)
            return try CoverImage(checking: Array(bytes.readableBytesView))
        } catch StoreFault.refused(let problem) where problem.status == 404 {
            return nil
        } catch is LineFault {
            throw StoreFault.unavailable(.nonsense, key: nil)
        }
    }

    /// The order of a list of topics.
    package enum TopicOrder: String, Sendable {
        case name, size
    }

    /// The topics with their number of books, the biggest first where nothing else is said.
    package func topics(
        by order: TopicOrder = .size, limit: Int, after: String? = nil, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[ShelfTopic]> {
        try await ask(
            .topics, [("sort", order.rawValue), ("limit", String(limit)), ("after", after)], trace: trace)
    }

    /// What became of the purchase of one copy with a key; nil when the store knows of none.
    package func receipt(
        _ key: IdempotencyKey, within time: TimeAmount? = nil, trace: TraceContext? = nil
    ) async throws -> Receipt? {
        guard case .copy(let receipt)? = try await purchase(key, within: time, trace: trace) else {
            return nil
        }
        return receipt
    }

    /// What became of the purchase or order with a key; nil when the store knows of neither.
    package func purchase(
        _ key: IdempotencyKey, within time: TimeAmount? = nil, trace: TraceContext? = nil
    ) async throws -> Purchase? {
        do {
            return try await ask(.receipt, key: key, within: time, trace: trace).result
        } catch StoreFault.refused(let problem) where problem.status == 404 {
            return nil
        }
    }
}

internal import Foundation
package import Model
package import Monitoring
internal import NIOCore
package import StoreAPI
internal import TierHTTP

// Baskets and orders of several books. Whatever fails throws a ``StoreFault``.
extension StoreClient {
    // MARK: For customers

    /// A basket with what its books are now; empty where none is kept.
    package func basket(_ id: BasketID, trace: TraceContext? = nil) async throws -> Basket {
        try await ask(.basket, [("basket", id.text)], trace: trace).result
    }

    /// Gives a basket other lines.
    package func keep(
        _ lines: [OrderLine], in id: BasketID, trace: TraceContext? = nil
    ) async throws -> Basket {
        try await ask(.newBasket, body: json(NewBasket(id, lines: lines)), trace: trace).result
    }

    /// Orders several books; the same key is the same order, however often it is sent. A refusal with status 409 says
    /// what is short, one with 412 that it costs something else.
    package func order(_ order: NewOrder, trace: TraceContext? = nil) async throws -> PlacedOrder {
        try await ask(.order, key: order.key, body: json(order), trace: trace).result
    }

    /// Takes an order back for its customer.
    package func cancel(_ key: IdempotencyKey, trace: TraceContext? = nil) async throws -> PlacedOrder {
        try await ask(.cancel, key: key, trace: trace).result
    }

    // MARK: For storekeepers

    /// Which orders a list shows.
    package struct OrderFilter: Sendable {
        package var state: OrderState?
        /// The key of a receipt, a number, or a part of the customer's name or e-mail.
        package var words: String?
        package var item: ItemNumber?

        package init(state: OrderState? = nil, words: String? = nil, item: ItemNumber? = nil) {
            self.state = state
            self.words = words
            self.item = item
        }
    }

    /// Customers' orders, newest first.
    package func customerOrders(
        _ filter: OrderFilter = OrderFilter(), limit: Int, after: String? = nil, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[PlacedOrder]> {
        try await ask(
            .customerOrders,
            [
                ("state", filter.state?.name), ("q", filter.words), ("item_number", filter.item?.description),
                ("limit", String(limit)), ("after", after),
            ], trace: trace)
    }

    /// One order, with whom it is for.
    package func customerOrder(
        _ number: Int64, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<PlacedOrder> {
        try await ask(.customerOrder, [("order", String(number))], trace: trace)
    }

    /// Brings an order a step further.
    package func step(
        _ step: OrderStep, actor: String, reason: String?, key: IdempotencyKey, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<PlacedOrder> {
        let request = KeeperRequest(.step(step), actor: actor, reason: reason, key: key)
        return try await ask(.state, key: key, body: json(request), trace: trace)
    }

    /// Erases whom an order is for.
    package func forget(_ number: Int64, trace: TraceContext? = nil) async throws -> StoreAnswer<PlacedOrder>
    {
        try await ask(.forget, body: json(["order": number]), trace: trace)
    }

    func json(_ value: some Encodable) throws -> TierCall.Body {
        TierCall.Body("application/json", ByteBuffer(bytes: try JSONEncoder().encode(value)))
    }
}

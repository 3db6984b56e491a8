internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Services
internal import Storage
internal import StoreAPI
internal import TierHTTP

/// Routes of customers' orders.
extension CatalogRoutes {
    var ordering: [Route] {
        [
            Route(.order) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.newOrder().flatMap { engine.order($0, on: loop) }.map(Self.response))
            },
            Route(.cancel) { request in
                let key = try Self.key(of: request)
                return .pending(
                    engine.step(.cancelling(key), on: request.slot.eventLoop).map { .json($0.result) })
            },
            Route(.state) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.step().flatMap { engine.step(.keeper($0), on: loop) }.map {
                        .json($0.fullResult)
                    })
            },
            Route(.forget) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.forgotten().flatMap { engine.step(.forgetting(order: $0), on: loop) }.map {
                        .json($0.fullResult)
                    })
            },
            Route(.customerOrder) { request in
                guard let number = try request.integer("order", in: 1...Int64.max) else {
                    throw StoreError.invalid("order is missing")
                }
                return .pending(
                    engine.read(on: request.slot.eventLoop) { try $0.order(number) }.flatMapThrowing {
                        order in
                        guard let order else { throw StoreError.unknownOrder("\(number)") }
                        return .json(order.fullResult)
                    })
            },
            Route(.customerOrders) { .pending(try orders($0)) },
            Route(.basket) { request in
                .pending(
                    engine.basket(try request.basketID(), on: request.slot.eventLoop).map { .json($0.result) }
                )
            },
            Route(.newBasket) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.newBasket().flatMap { id, lines in
                        engine.keep(BasketChange(id, lines: lines), on: loop)
                    }.map { .json($0.result) })
            },
        ]
    }

    private func orders(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let limit = try request.limit(max: StoreLimits.orderCountMax, otherwise: StoreLimits.orderCountMax)
        var filter = OrderFilter(limit: limit + 1)
        if let name = try request.target.parameter("state") {
            guard let state = OrderState(name: name) else {
                throw .invalid(
                    "state is none of \(OrderState.allCases.map(\.name).joined(separator: ", "))")
            }
            filter.state = state
        }
        filter.words = try request.line("q", byteCountMax: StoreLimits.queryByteCountMax)
        if try request.target.parameter("item_number") != nil { filter.item = try request.itemNumber() }
        filter.before = try request.integer("after", in: 1...Int64.max)
        return engine.read(on: request.slot.eventLoop, .long, for: request.client) { [filter] in
            try $0.orders(filter)
        }.map { orders in
            let next = orders.count > limit ? String(orders[limit - 1].number) : nil
            return .json(.page(orders.prefix(limit), next: next) { $0.writeFullOrder($1) })
        }
    }

    /// The key of an order that its customer asks for.
    private static func key(of request: TierRequest) throws(StoreError) -> IdempotencyKey {
        guard let key = try request.idempotencyKey() else {
            throw .invalid("Idempotency-Key is missing: it names the order")
        }
        return key
    }

    private static func response(_ decision: OrderDecision) -> TierResponse {
        var response = TierResponse.json(decision.order.result)
        response.note(sale: decision.sale, replayed: decision.replayed)
        return response
    }
}

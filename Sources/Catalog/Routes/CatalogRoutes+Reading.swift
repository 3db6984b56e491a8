internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Storage
internal import StoreAPI
internal import TierHTTP

/// Routes that customers' and storekeepers' pages read.
extension CatalogRoutes {
    var reading: [Route] {
        [
            Route(.find) { .pending(try find($0)) },
            Route(.details) { .pending(try details($0)) },
            Route(.topics) { .pending(try topics($0)) },
            Route(.receipt) { .pending(try receipt($0)) },
            Route(.books) { .pending(try books($0)) },
            Route(.book) { request in
                let item = try request.itemNumber()
                let book = engine.read(on: request.slot.eventLoop, for: request.client) {
                    try $0.details(of: item)
                }
                return .pending(book.map { .json(BookDetails.result($0)) })
            },
            Route(.movements) { .pending(try movements($0)) },
            Route(.totals) { .pending(try totals($0)) },
        ]
    }

    /// Books of the shop with what is known of them.
    func withFacts(_ books: [Book], for request: TierRequest) -> EventLoopFuture<[ShopBook]> {
        engine.read(on: request.slot.eventLoop, for: request.client) { store in
            let facts = try store.facts(of: books.map(\.item))
            return books.map { ShopBook($0, facts[$0.item] ?? .none) }
        }
    }

    private func details(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let item = try request.itemNumber()
        return engine.read(on: request.slot.eventLoop, for: request.client) {
            let found = try $0.details(of: item)
            guard !found.isRetired else { throw StoreError.unknownItem(item) }
            // Without a cover of which the image is missing.
            let facts = try $0.facts(of: [item])[item] ?? .none
            return .json(ShopBook(found.book, facts).result)
        }
    }

    private func topics(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let limit = try request.limit(max: StoreLimits.listCountMax, otherwise: StoreLimits.listCountMax)
        let after = try request.topicFilter("after")
        let order = try request.choice("sort", as: TopicLists.Order.self) ?? .name
        let eventLoop = request.slot.eventLoop
        let lists = engine.current(on: eventLoop).flatMap { [engine] in
            engine.topicLists(on: eventLoop, for: request.client)
        }
        return lists.flatMapThrowing { try $0.page(order, after: after, limit: limit + 1) }.map { topics in
            let next = topics.count > limit ? topics.dropLast().last?.topic : nil
            return .json(
                ByteBuffer.page(topics.prefix(limit), next: next) {
                    ShelfTopic(topic: $1.topic, books: $1.count).write(to: &$0)
                })
        }
    }

    private func receipt(_ request: TierRequest) throws -> EventLoopFuture<TierResponse> {
        guard let key = try request.idempotencyKey() else {
            throw StoreError.invalid("the purchase's key is missing: send it as the field Idempotency-Key")
        }
        let found = engine.read(on: request.slot.eventLoop, for: request.client) {
            try $0.receipt(of: key)?.result ?? $0.order(of: key)?.result
        }
        return found.flatMapThrowing { result in
            guard let result else {
                throw Problem(.notFound, "no purchase is known by this key", code: "unknown_key")
            }
            return .json(result)
        }
    }

    // MARK: Lists for storekeepers

    private func movements(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        var filter = MovementFilter(limit: try request.limit(max: StoreLimits.listCountMax, otherwise: 100))
        if try request.target.parameter("item_number") != nil { filter.item = try request.itemNumber() }
        filter.kind = try request.choice("kind", as: MovementFilter.Kind.self)
        filter.before = try request.integer("after", in: 1...Int64.max)
        let stretch = engine.read(on: request.slot.eventLoop, .long, for: request.client) { [filter] in
            try $0.movements(filter)
        }
        return stretch.map {
            .json(ByteBuffer.page($0.records, next: $0.next.map { String($0) }) { $1.write(to: &$0) })
        }
    }

    private func totals(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let days = try request.integer("days", in: 1...Int64(StoreLimits.dayCountMax)) ?? 30
        let now = Timestamp(millis: Int64(Date().timeIntervalSince1970 * 1000))
        let name = try request.target.parameter("zone") ?? ShopZone.utc.name
        guard let zone = ShopZone(name) else {
            throw .invalid("zone is no time zone such as UTC or Europe/Berlin")
        }
        let totals = engine.totals(
            dayCount: Int(days), today: zone.local(now).dayNumber, in: zone, on: request.slot.eventLoop)
        return totals.map { totals in
            let rows = totals.map {
                DayTotal(
                    day: Timestamp.dayText($0.day), topic: $0.topic, sales: $0.count,
                    revenue: Cents.text(ofSum: $0.cents))
            }
            return .json(DayTotal.result(rows))
        }
    }
}

internal import Model
internal import Monitoring
internal import NIOCore
internal import Services
internal import Storage
internal import StoreAPI
internal import TierHTTP

/// Routes that look for books.
extension CatalogRoutes {
    /// How long a list by a filter that few books pass may be looked for, less than a frontend waits for it.
    private static let listTimeMax = TimeAmount.seconds(2)

    /// A page of what was found.
    private typealias Page<Element> = (books: [Element], next: String?, count: Int?)

    func find(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let eventLoop = request.slot.eventLoop
        guard let query = try Self.query(in: request, limitMax: StoreLimits.foundCountMax, otherwise: 20)
        else {
            return eventLoop.makeSucceededFuture(
                .json(.page([ShopBook](), next: nil, count: 0) { $1.write(to: &$0) }))
        }
        // What is found is looked up in memory, and the index follows what memory knows of.
        let page = engine.current(on: eventLoop).flatMap { shopPage(of: query, for: request) }
        return page.flatMap { page in
            withFacts(page.books, for: request).map {
                .json(.page($0, next: page.next, count: page.count) { $1.write(to: &$0) })
            }
        }
    }

    private func shopPage(of query: FindQuery, for request: TierRequest) -> EventLoopFuture<Page<Book>> {
        let eventLoop = request.slot.eventLoop
        guard query.isByNumber, let after = query.after else {
            return engine.find(query, for: request.client, on: eventLoop).map { [engine] found in
                let next = query.next(behind: found.items.last, hasMore: found.hasMore)
                return (found.items.compactMap(engine.bookInShop), next, found.count)
            }
        }
        let (topic, limit) = (query.filter.topic, query.limit)
        let count = engine.bookCount(topic: topic)
        let books: EventLoopFuture<[Book]>
        if let topic {
            // A page of at most a hundred books, from memory.
            books = eventLoop.makeSucceededFuture(engine.books(topic: topic, after: after, limit: limit + 1))
        } else {
            books = engine.read(on: eventLoop, for: request.client) {
                try $0.booksInShop(after: after, limit: limit + 1)
            }
        }
        return books.map { books in
            let part = Array(books.prefix(limit))
            return (part, query.next(behind: part.last?.item, hasMore: books.count > limit), count)
        }
    }

    // MARK: For storekeepers

    func books(_ request: TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let retired = try request.choice("retired", as: RetiredBooks.self) ?? .without
        let stockMax = try request.integer("stock_max", in: 0...Book.stockMax)
        let eventLoop = request.slot.eventLoop
        guard var query = try Self.query(in: request, limitMax: StoreLimits.listCountMax, otherwise: 100)
        else {
            return eventLoop.makeSucceededFuture(
                .json(.page([BookDetails](), next: nil, count: 0) { $0.writeBook($1) }))
        }
        let page: EventLoopFuture<Page<BookDetails>>
        if retired != .without, query.words == nil {
            guard let after = query.after, !query.filter.isOfState else {
                throw .invalid(
                    "a list with retired books has no pages, order, in_stock, cost_min or cost_max")
            }
            page = listed(query, after: after, stockMax: stockMax, retired, for: request).map {
                ($0, $1, nil)
            }
        } else {
            query.filter.stockMax = stockMax ?? Book.stockMax
            if query.isByNumber, let after = query.after {
                let count = engine.bookCount(topic: query.filter.topic)
                page = listed(query, after: after, retired, for: request).map { ($0, $1, count) }
            } else {
                page = found(query, for: request)
            }
        }
        return page.map { .json(.page($0.books, next: $0.next, count: $0.count) { $0.writeBook($1) }) }
    }

    private func listed(
        _ query: FindQuery, after: Int64, stockMax: Int64? = nil, _ retired: RetiredBooks,
        for request: TierRequest
    ) -> EventLoopFuture<(books: [BookDetails], next: String?)> {
        let deadline = request.arrived + Self.listTimeMax
        let wanted = { @Sendable [client = request.client] in client?.hasLeft != true && .now() < deadline }
        let filter = BookFilter(
            topic: query.filter.topic, stockMax: stockMax, retired: retired, after: after,
            limit: query.limit + 1)
        let listed = engine.read(on: request.slot.eventLoop, .long, for: request.client) {
            try $0.books(filter, while: wanted)
        }
        return listed.map { books in
            let part = Array(books.prefix(query.limit))
            return (part, query.next(behind: part.last?.book.item, hasMore: books.count > query.limit))
        }
    }

    private func found(_ query: FindQuery, for request: TierRequest) -> EventLoopFuture<Page<BookDetails>> {
        let eventLoop = request.slot.eventLoop
        let found = engine.current(on: eventLoop).flatMap { [engine] in
            engine.find(query, for: request.client, on: eventLoop)
        }
        return found.flatMap { [engine] found in
            engine.read(on: eventLoop) { store in
                let details = try store.details(of: found.items).map { ($0.book.item, $0) }
                let known = Dictionary(details.filter { !$1.isRetired }) { first, _ in first }
                let next = query.next(behind: found.items.last, hasMore: found.hasMore)
                return (found.items.compactMap { known[$0] }, next, found.count)
            }
        }
    }

    // MARK: Parameters

    /// What is looked for; nil for a query without a word, which finds nothing.
    private static func query(
        in request: TierRequest, limitMax: Int, otherwise: Int
    ) throws(StoreError) -> FindQuery? {
        var query = FindQuery(limit: try request.limit(max: limitMax, otherwise: otherwise))
        query.filter.topic = try request.topicFilter()
        if try request.choice("in_stock", as: Flag.self) == .true { query.filter.stockMin = 1 }
        query.filter.costMin = try request.amount("cost_min")
        query.filter.costMax = try request.amount("cost_max")
        query.order = try order(in: request)
        guard let text = try request.target.parameter("q"), !text.isEmpty else { return query }
        if let fault = ShopText.lineFault(in: text, byteCountMax: StoreLimits.queryByteCountMax) {
            throw .invalid("q \(fault)")
        }
        query.words = FindWords(text)
        return query.words == nil ? nil : query
    }

    private enum Flag: String, CaseIterable { case `true`, `false` }

    private static func order(in request: TierRequest) throws(StoreError) -> FindQuery.Order {
        let after = try request.integer("after", in: 1...ItemNumber.valueMax)
        let sort = try request.choice("sort", as: BookOrder.self)
        let page = try request.integer("page", in: 1...Int64(StoreLimits.pageNumberMax))
        guard sort != nil || page != nil else { return .numbers(after: after ?? 0) }
        guard after == nil else { throw .invalid("after goes with neither page nor sort") }
        return .sorted(sort ?? .relevance, page: Int(page ?? 1))
    }
}

internal import Foundation
internal import Hummingbird
internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// The pages on which a customer browses.
struct ShopRoutes: Sendable {
    let store: StoreClient
    let pages: Pages

    func add(to router: ShopRouter) {
        router.get("/") { try await home($0, $1) }
        router.get("/topics") { try await topics($0, $1) }
        router.get("/topic") { try await topic($0, $1) }
        router.get("/find") { try await find($0, $1) }
        router.get("/book/:item") { try await book($0, $1) }
        router.get("/stock/:item") { try await stock($0, $1) }
        for asset in [pages.style, pages.script] {
            router.get(RouterPath(asset.path)) { request, _ in asset.answer(to: request) }
        }
    }

    private func home(_ request: Request, _ context: ShopContext) async throws -> Response {
        let limit = ShopLimits.shelfCount + ShopLimits.topicsOnHome
        let topics = try await store.topics(by: .size, limit: limit, trace: context.trace).result
        let shelves = try await shelves(topics.prefix(ShopLimits.shelfCount), trace: context.trace)
        let others = topics.dropFirst(ShopLimits.shelfCount).sorted { $0.topic < $1.topic }
            .map(TopicLink.init)
        let view = HomeView(
            frame: pages.frame(
                "Good books, honestly counted", path: "/",
                description:
                    "A bookshop where what the shelf says is what is there: look by topic, or search.",
                for: request), shelves: shelves, topics: others)
        return try pages.answer(view, "home")
    }

    /// The first books of each topic, fetched in parallel.
    private func shelves(
        _ topics: ArraySlice<ShelfTopic>, trace: TraceContext
    ) async throws -> [HomeView.Shelf] {
        let books = try await withThrowingTaskGroup(of: (String, [ShopBook]).self) { group in
            for topic in topics {
                group.addTask {
                    let page = try await store.find(
                        topic: topic.topic, limit: ShopLimits.booksPerShelf, trace: trace)
                    return (topic.topic, page.result)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return topics.enumerated().map { number, topic in
            HomeView.Shelf(
                number: number + 1, topic: topic.topic, link: ShopPaths.topic(topic.topic),
                count: Wording.books(topic.books), cards: (books[topic.topic] ?? []).map(BookCard.init))
        }
    }

    private func topics(_ request: Request, _ context: ShopContext) async throws -> Response {
        let after = try request.parameter("after")
        let page = try await store.topics(
            by: .name, limit: ShopLimits.topicsPerPage, after: after, trace: context.trace)
        if page.result.isEmpty, after != nil { return .redirect(to: "/topics") }
        let view = TopicsView(
            frame: pages.frame(
                "Topics", path: "/topics",
                description: "The topics of the shop, with their numbers of books.",
                for: request), topics: page.result.map(TopicLink.init),
            pages: PageLinks(path: "/topics", after: after, next: page.next))
        return try pages.answer(view, "topics")
    }

    private func topic(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let topic = try request.parameter("name") else { return .redirect(to: "/topics") }
        if let fault = ShopText.lineFault(in: topic, byteCountMax: ShopText.topicByteCountMax) {
            throw StoreError.invalid("The topic \(fault).")
        }
        let query = try ListQuery(request, root: ShopPaths.topic(topic), topic: topic)
        return try await list(
            query, request, context, heading: topic, empty: "No books stand under this topic.")
    }

    private func find(_ request: Request, _ context: ShopContext) async throws -> Response {
        let words = try request.parameter("q") ?? ""
        guard words.utf8.count <= StoreLimits.queryByteCountMax else {
            throw StoreError.invalid(
                "A search has at most \(StoreLimits.queryByteCountMax) bytes, and this one is longer.")
        }
        guard words.contains(where: { !$0.isWhitespace }) else { return .redirect(to: "/topics") }
        let query = try ListQuery(request, root: ShopPaths.find(words), words: words)
        return try await list(
            query, request, context, heading: "Books with “\(words)”",
            empty: "Nothing that is known of a book has all of these words. Fewer words find more.")
    }

    /// - Parameter empty: what the page says where there is no such book at all.
    private func list(
        _ query: ListQuery, _ request: Request, _ context: ShopContext, heading: String, empty: String
    ) async throws -> Response {
        let isFaulty = query.fault != nil
        let found = isFaulty ? nil : try await find(query, context.trace)
        let (books, count) = (found?.result ?? [], found?.count ?? 0)
        let pageCount = NumberedPages.count(of: count, perPage: ShopLimits.booksPerPage)
        // Books may have gone since the link to this page was made.
        if query.page > pageCount, !isFaulty { return .redirect(to: query.path(page: pageCount)) }
        let isTopic = query.words == nil
        let isUnknown = isTopic && count == 0 && !query.isFiltered && !isFaulty
        let view = ListView(
            frame: pages.frame(
                heading, query: query.words ?? "", path: query.root,
                description: "\(heading) at \(ShopProfile.current.name).", for: request), heading: heading,
            isTopic: isTopic, path: isTopic ? ShopPaths.topic : ShopPaths.find,
            keptName: isTopic ? "name" : "q", keptValue: query.words ?? query.topic ?? "",
            filter: ListFilterView(
                query, topics: isTopic ? nil : Set(books.map(\.book.topic)),
                unsorted: isTopic ? "As on the shelf" : "Best match"),
            whole: query.isFiltered ? query.root : nil,
            count: books.isEmpty ? nil : Wording.books(count, page: query.page, of: pageCount),
            cards: books.map(BookCard.init), empty: query.isFiltered ? "No book is like that." : empty,
            pages: NumberedPages(current: query.page, count: pageCount, path: query.path))
        return try pages.answer(
            view, "list", status: isFaulty ? .badRequest : isUnknown ? .notFound : .ok)
    }

    private func find(_ query: ListQuery, _ trace: TraceContext) async throws -> StoreAnswer<[ShopBook]> {
        let prices = query.prices
        return try await store.find(
            words: query.words, topic: query.topic, isInStock: query.isInStockOnly, costMin: prices.min,
            costMax: prices.max, sort: query.order, page: query.page, limit: ShopLimits.booksPerPage,
            trace: trace)
    }

    private func book(_ request: Request, _ context: ShopContext) async throws -> Response {
        let book = try await lookup(context)
        let note = try await purchaseNote(about: book, request, context)
        return try await BookPage(store: store, pages: pages).answer(
            book, note: note, address: pages.address(ShopPaths.book(book.item), for: request),
            trace: context.trace)
    }

    /// The outcome of the press that the address names. The store knows it; an address can claim anything.
    private func purchaseNote(
        about book: Book, _ request: Request, _ context: ShopContext
    ) async throws -> PurchaseNote? {
        guard let id = try request.parameter("tried").flatMap({ ReceiptID(parsing: $0) }),
            let receipt = (try? await store.receipt(id.key, trace: context.trace)) ?? nil,
            !receipt.isSuccess, receipt.item == book.item
        else { return nil }
        return .soldOut(at: receipt.time.description, stock: book.stock)
    }

    /// Answers with a book's stock, for the script that keeps its page current.
    private func stock(_ request: Request, _ context: ShopContext) async throws -> Response {
        struct Now: Encodable {
            let words: String
            let tone: String
            let price: String
            let cost: String
            let isSoldOut: Bool
            let button: String
        }
        let book = try await lookup(context)
        let stock = StockWords(book.stock)
        let now = Now(
            words: stock.words, tone: stock.tone, price: Wording.price(book.price),
            cost: book.price.description, isSoldOut: stock.isSoldOut, button: stock.button)
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json; charset=utf-8", .cacheControl: Pages.Caching.never.rawValue,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(now))))
    }

    /// The book that the address names.
    private func lookup(_ context: ShopContext) async throws -> Book {
        let text = context.parameters.get("item") ?? ""
        let unknown = ProblemPages.Problem.Thrown(
            problem: ProblemPages.unknownBook(Wording.clipped(text, lengthMax: 20)))
        guard let item = ItemNumber(parsing: text) else { throw unknown }
        do {
            return try await store.lookup(item, trace: context.trace)
        } catch StoreFault.refused(let problem) where problem.status == 404 {
            throw unknown
        }
    }
}

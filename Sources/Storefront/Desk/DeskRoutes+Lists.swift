internal import Foundation
internal import Hummingbird
internal import Model
internal import Monitoring
internal import StoreAPI
internal import StoreClient

// Tables of books.
extension DeskRoutes {
    private static let booksPerPage = 50

    /// A table of books, as the address describes it.
    private struct BookList {
        let heading: String
        /// The desk's section.
        let section: String
        var query: ListQuery
        var filter: StoreClient.BookFilter
        /// The limit in a list of low stock, as it was typed.
        var stockMax: String?
        /// The reason why the field of words or of the limit cannot be used.
        var fault: String?

        var isRetired: Bool { filter.retired == .only }
        var isFaulty: Bool { fault != nil || query.fault != nil }
    }

    func books(_ request: Request, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let words = (try request.parameter("q") ?? "").trimmingBlanks()
        let isRetired = try request.parameter("retired") == "only"
        var root = "/desk/books"
        if !words.isEmpty { root = ShopPaths.adding("q", words, to: root) }
        if isRetired { root = ShopPaths.adding("retired", "only", to: root) }
        let asked = words.isEmpty ? nil : words
        var list = BookList(
            heading: isRetired ? "Retired books" : "Books", section: "/desk/books",
            // Retired books are listed by number only.
            query: try isRetired
                ? ListQuery(root: root, words: asked) : ListQuery(request, root: root, words: asked),
            filter: StoreClient.BookFilter(words: asked, retired: isRetired ? .only : nil))
        if let words = asked {
            if let fault = ShopText.lineFault(in: words, byteCountMax: StoreLimits.queryByteCountMax) {
                list.fault = "What you look for \(fault)."
            } else if isRetired {
                list.fault = "Retired books are not found by words; leave this empty to see all of them."
            }
        }
        return try await answer(list, request, context, session)
    }

    func low(_ request: Request, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let text = (try request.parameter("max") ?? String(Wording.lowStockMax)).trimmingBlanks()
        let stockMax = Int64(text).flatMap { (0...Book.stockMax).contains($0) ? $0 : nil }
        var list = BookList(
            heading: "Low stock", section: "/desk/low",
            query: try ListQuery(request, root: ShopPaths.adding("max", text, to: "/desk/low")),
            filter: StoreClient.BookFilter(stockMax: stockMax ?? 0), stockMax: text)
        if stockMax == nil { list.fault = "“\(Wording.listed(text))” is no number of copies; write 3." }
        return try await answer(list, request, context, session)
    }

    private func answer(
        _ list: BookList, _ request: Request, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        let after = list.isRetired ? try request.parameter("after") : nil
        let query = list.query
        let found = list.isFaulty ? nil : try await find(list, after: after, context.trace)
        let books = found?.result ?? []
        let count = found?.count ?? books.count
        let pageCount = NumberedPages.count(of: count, perPage: Self.booksPerPage)
        if query.page > pageCount, !list.isFaulty { return .redirect(to: query.path(page: pageCount)) }
        let own = query.path(page: query.page)
        let view = DeskBooksView(
            frame: desk.frame(list.heading, session, at: list.section), key: ReceiptID.random().text,
            heading: list.heading, done: DeskNotice(try request.parameter("done")).words, path: list.section,
            back: after.map { ShopPaths.adding("after", $0, to: own) } ?? own,
            isLow: list.stockMax != nil, isRetired: list.isRetired,
            isChangeable: session.may(.change) && !list.isRetired, max: list.stockMax ?? "",
            query: query.words ?? "", fault: list.fault,
            filter: ListFilterView(
                query, topics: Set(books.map(\.book.topic)),
                unsorted: query.words == nil ? "Number" : "Best match"),
            count: found?.count.flatMap {
                books.isEmpty ? nil : Wording.books($0, page: query.page, of: pageCount)
            },
            items: books.map(\.book.item.description).joined(separator: "."),
            reason: try request.parameter("reason") ?? "", books: books.map(DeskRow.init),
            numbers: NumberedPages(current: query.page, count: pageCount, path: query.path),
            pages: list.isRetired ? PageLinks(path: query.root, after: after, next: found?.next) : nil)
        return try desk.answer(view, "desk-books", status: list.isFaulty ? .badRequest : .ok)
    }

    private func find(
        _ list: BookList, after: String?, _ trace: TraceContext
    ) async throws -> StoreAnswer<[BookDetails]> {
        guard !list.isRetired else {
            return try await store.books(
                list.filter, limit: Self.booksPerPage, after: after, trace: trace)
        }
        var filter = list.filter
        filter.topic = list.query.topic
        filter.isInStock = list.query.isInStockOnly
        (filter.costMin, filter.costMax) = list.query.prices
        return try await store.books(
            filter, sort: list.query.order, page: list.query.page, limit: Self.booksPerPage, trace: trace)
    }
}

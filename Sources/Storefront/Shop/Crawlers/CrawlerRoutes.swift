internal import HTTPTypes
internal import Hummingbird
internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// What search engines and browsers ask for at addresses of their own: robots.txt, the sitemap, the icon.
struct CrawlerRoutes: Sendable {
    let store: StoreClient
    let pages: Pages

    func add(to router: ShopRouter) {
        router.get("/robots.txt") { request, _ in robots(request) }
        router.get("/favicon.ico") { _, _ in Self.icon() }
        router.get("/sitemap.xml") { try await index($0, $1) }
        router.get("/sitemap-topics.xml") { try await topics($0, $1) }
        router.get("/sitemap-books.xml") { try await books($0, $1) }
    }

    /// Searches, lists in other orders and what belongs to one visitor are not for indexes.
    private static let unlisted = [
        "/desk", "/find", "/orders", "/receipt/", "/stock/", "/buy", "/basket", "/checkout",
    ]

    private func robots(_ request: Request) -> Response {
        var lines = ["User-agent: *"] + Self.unlisted.map { "Disallow: \($0)" }
        if let sitemap = pages.address("/sitemap.xml", for: request) { lines += ["", "Sitemap: \(sitemap)"] }
        return Self.text(lines.joined(separator: "\n") + "\n", type: "text/plain; charset=utf-8")
    }

    private static func icon() -> Response {
        Response(
            status: .ok, headers: [.contentType: "image/x-icon", .cacheControl: "public, max-age=86400"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.favicon_ico)))
    }

    private static func text(_ text: String, type: String = "application/xml; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: Pages.Caching.checked.rawValue],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: The sitemap

    private func index(_ request: Request, _ context: ShopContext) async throws -> Response {
        let root = try root(request)
        let count = try await store.find(page: 1, limit: 1, trace: context.trace).count ?? 0
        let parts = Sitemap.parts(ofBooks: count).map { "\(root)/sitemap-books.xml?part=\($0)" }
        return Self.text(Sitemap.index(["\(root)/sitemap-topics.xml"] + parts))
    }

    private func topics(_ request: Request, _ context: ShopContext) async throws -> Response {
        let root = try root(request)
        let paths =
            ["/", "/topics"] + (try await allTopics(context.trace)).map { ShopPaths.topic($0.topic) }
        let entries = paths.prefix(Sitemap.entryCountMax).map { Sitemap.entry(root + $0) }
        return Self.text(Sitemap.start + entries.joined() + Sitemap.end)
    }

    private func allTopics(_ trace: TraceContext) async throws -> [ShelfTopic] {
        var topics: [ShelfTopic] = []
        var after: String?
        repeat {
            let page = try await store.topics(
                by: .name, limit: StoreLimits.listCountMax, after: after, trace: trace)
            topics += page.result
            after = page.next
        } while after != nil
        return topics
    }

    /// A part of the books, page by page as the crawler reads it, so that a slow one costs no memory.
    private func books(_ request: Request, _ context: ShopContext) async throws -> Response {
        let root = try root(request)
        let nothing = ProblemPages.Problem.Thrown(
            problem: ProblemPages.nothing("The sitemap has no such part."))
        guard let part = try request.parameter("part").flatMap({ Int($0) }),
            (1...Sitemap.partCountMax).contains(part)
        else { throw nothing }
        // The first page is fetched before the response begins, so that an unavailable store can be reported.
        guard let first = try await page(part: part, context.trace) else { throw nothing }
        let (store, trace) = (store, context.trace)
        let body = ResponseBody { writer in
            try await writer.write(ByteBuffer(string: Sitemap.start))
            var page = first
            var room = Sitemap.entryCountMax
            while true {
                let entries = page.result.prefix(room).map {
                    Sitemap.entry(root + ShopPaths.book($0.book.item))
                }
                try await writer.write(ByteBuffer(string: entries.joined()))
                room -= entries.count
                guard room > 0, page.next != nil, let last = page.result.last?.book.item else { break }
                page = try await store.find(
                    limit: StoreLimits.foundCountMax, after: last.description, trace: trace)
            }
            try await writer.write(ByteBuffer(string: Sitemap.end))
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/xml; charset=utf-8",
                .cacheControl: Pages.Caching.checked.rawValue,
            ], body: body)
    }

    /// The first page of a part; nil if there are not so many books.
    private func page(part: Int, _ trace: TraceContext) async throws -> StoreAnswer<[ShopBook]>? {
        let pagesBefore = (part - 1) * (Sitemap.entryCountMax / StoreLimits.foundCountMax)
        let page = try await store.find(
            page: pagesBefore + 1, limit: StoreLimits.foundCountMax, trace: trace)
        return page.result.isEmpty && part > 1 ? nil : page
    }

    /// The shop's address, without a slash behind it.
    private func root(_ request: Request) throws -> String {
        guard let root = pages.address("", for: request) else {
            throw StoreError.invalid("The request does not say by which name the shop was reached.")
        }
        return root
    }
}

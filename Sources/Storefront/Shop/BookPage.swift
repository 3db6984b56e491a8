internal import Hummingbird
internal import Model
internal import Monitoring
internal import StoreAPI
internal import StoreClient

/// A book's page: what it is, what it costs now, and the form that buys it.
struct BookPage: Sendable {
    let store: StoreClient
    let pages: Pages

    /// Makes the page's response.
    ///
    /// - Parameters:
    ///   - id: the purchase that the page's form is for; nil makes a new one.
    ///   - note: a message about an earlier press of the button.
    ///   - address: the page's address for the world; nil for a page that is only for who sees it.
    func answer(
        _ book: Book, id: ReceiptID? = nil, note: PurchaseNote? = nil, status: HTTPResponse.Status = .ok,
        address: String? = nil, trace: TraceContext
    ) async throws -> Response {
        // The page is complete without similar books and without facts, so an error here is ignored.
        async let shelf = try? store.find(
            topic: book.topic, limit: ShopLimits.booksPerShelf + 1, trace: trace)
        let facts = (try? await store.details(book.item, trace: trace))?.facts ?? .none
        let cards = (await shelf?.result ?? []).filter { $0.book.item != book.item }
            .prefix(ShopLimits.booksPerShelf).map(BookCard.init)
        let view = BookView(
            frame: pages.frame(book.title, about: address.map { Self.about(book, facts, address: $0) }),
            book: book, known: FactsView(facts), topicLink: ShopPaths.topic(book.topic),
            cover: CoverArt.html(title: book.title, topic: book.topic, item: book.item, facts),
            price: Wording.price(book.price), cost: book.price.description, stock: StockWords(book.stock),
            key: (id ?? ReceiptID.random(showing: book.price)).text, note: note, cards: cards)
        return try pages.answer(
            view, "book", status: status, caching: status == .ok ? .checked : .never, isNewEachTime: true)
    }

    private static func about(_ book: Book, _ facts: BookFacts, address: String) -> PageAbout {
        let known = FactsView(facts)
        let title = book.title + (known.authors.map { " by \($0)" } ?? ", on \(book.topic)")
        let price = "\(title), for \(Wording.price(book.price)). \(StockWords(book.stock).words)."
        let root = String(address.dropLast(ShopPaths.book(book.item).count))
        let image = facts[.cover].map { root + ShopPaths.cover($0) }
        return PageAbout(
            address: address, description: known.paragraphs.first ?? price, kind: .book, image: image,
            linkedData: BookMarkup.json(book, facts, address: address, image: image))
    }
}

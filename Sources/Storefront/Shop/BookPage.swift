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
        // The page is complete without similar books, so an error here is ignored.
        let near = try? await store.find(
            topic: book.topic, limit: ShopLimits.booksPerShelf + 1, trace: trace)
        let cards = (near?.result ?? []).map(\.book).filter { $0.item != book.item }
            .prefix(ShopLimits.booksPerShelf).map(BookCard.init)
        let view = BookView(
            frame: pages.frame(book.title, about: address.map { Self.about(book, address: $0) }), book: book,
            topicLink: ShopPaths.topic(book.topic),
            cover: CoverArt.svg(title: book.title, topic: book.topic, item: book.item),
            price: Wording.price(book.price), cost: book.price.description, stock: StockWords(book.stock),
            key: (id ?? ReceiptID.random(showing: book.price)).text, note: note, cards: cards)
        return try pages.answer(
            view, "book", status: status, caching: status == .ok ? .checked : .never, isNewEachTime: true)
    }

    private static func about(_ book: Book, address: String) -> PageAbout {
        PageAbout(
            address: address,
            description:
                "\(book.title), on \(book.topic), for \(Wording.price(book.price)). \(StockWords(book.stock).words).",
            kind: .book, linkedData: BookMarkup.json(book, .none, address: address))
    }
}

internal import Model
internal import StoreAPI

/// A book in a list.
struct BookCard {
    /// The facts under the title.
    struct Facts {
        let price: String
        let stock: StockWords
    }

    let item: String
    let title: String
    let authors: String?
    let cover: String
    let facts: Facts

    init(_ book: ShopBook) {
        let (book, known) = (book.book, book.facts)
        item = book.item.description
        title = Wording.listed(book.title)
        authors = FactsView(known).authors.map(Wording.listed)
        cover = CoverArt.html(title: title, topic: book.topic, item: book.item, known)
        facts = Facts(price: Wording.price(book.price), stock: StockWords(book.stock))
    }
}

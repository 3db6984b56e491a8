internal import Model

/// A book in a list.
struct BookCard {
    /// The facts under the title.
    struct Facts {
        let price: String
        let stock: StockWords
    }

    let item: String
    let title: String
    let cover: String
    let facts: Facts

    init(_ book: Book) {
        item = book.item.description
        title = Wording.listed(book.title)
        cover = CoverArt.svg(title: title, topic: book.topic, item: book.item)
        facts = Facts(price: Wording.price(book.price), stock: StockWords(book.stock))
    }
}

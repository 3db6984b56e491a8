internal import Model

/// A book in a list.
struct BookCard {
    /// What stands under the title.
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

/// A topic as a link.
struct TopicLink {
    let topic: String
    let link: String
    let books: String

    init(_ topic: ShopTopic) {
        self.topic = topic.topic
        link = ShopPaths.topic(topic.topic)
        books = Wording.count(Int64(topic.books))
    }
}

/// Where a list goes on, and back to its beginning.
struct PageLinks {
    let first: String?
    let next: String?

    /// Nil for a list that fits on one page.
    ///
    /// - Parameters:
    ///   - path: the list's address, with its query if it has one.
    ///   - after: where this page began; nil on the first.
    init?(path: String, after: String?, next: String?) {
        guard after != nil || next != nil else { return nil }
        first = after == nil ? nil : path
        self.next = next.map { ShopPaths.adding("after", $0, to: path) }
    }
}

struct HomeView {
    struct Shelf {
        let number: Int
        let topic: String
        let link: String
        let count: String
        let cards: [BookCard]
    }

    let frame: Pages.Frame
    let shelves: [Shelf]
    let topics: [TopicLink]
}

struct TopicsView {
    let frame: Pages.Frame
    let topics: [TopicLink]
    let pages: PageLinks?
}

struct ListView {
    let frame: Pages.Frame
    let heading: String
    let isTopic: Bool
    let cards: [BookCard]
    /// What is said where there is no book.
    let empty: String
    let pages: PageLinks?
}

struct BookView {
    let frame: Pages.Frame
    let item: String
    let title: String
    let topic: String
    let topicLink: String
    let cover: String
    /// The price in words, and as forms and the store have it.
    let price: String
    let cost: String
    let stock: StockWords
    let key: String
    let note: PurchaseNote?
    let cards: [BookCard]
}

struct ReceiptView {
    let frame: Pages.Frame
    let id: String
    let item: String
    let title: String
    let cover: String
    let paid: String
    /// The higher price that the book's page showed; nil where it was not higher.
    let shown: String?
    let soldAt: String
    let soldAtWords: String
    /// Whether it was bought just now, and not by an earlier press.
    let isNew: Bool
}

struct OrdersView {
    struct Order {
        let id: String
        let title: String
        let cover: String
        let when: String
        let paid: String
    }

    let frame: Pages.Frame
    let orders: [Order]
}

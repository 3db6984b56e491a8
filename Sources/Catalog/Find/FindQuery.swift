internal import Model
internal import StoreAPI

/// What find looks for, and which part of it is wanted.
struct FindQuery: Sendable {
    /// The order of the books, and the place in it.
    enum Order: Sendable {
        /// By number, those after one.
        case numbers(after: Int64)
        /// The page of this number, from 1.
        case sorted(BookOrder, page: Int)
    }

    /// Nil for all books.
    var words: FindWords?
    var filter = ShelfFilter()
    var order = Order.numbers(after: 0)
    /// Books in the answer, at most.
    var limit: Int

    /// The book after whose number the part begins; nil where it is a page of another order.
    var after: Int64? {
        switch order {
        case .numbers(let after): after
        // Without words, the first page by relevance is the first by number.
        case .sorted(.relevance, page: 1) where words == nil: 0
        case .sorted: nil
        }
    }

    /// Whether it wants all books, or those of a topic, by number: nothing has to be looked for.
    var isByNumber: Bool { words == nil && after != nil && !filter.isOfState }

    /// Whether the index is needed.
    var asksIndex: Bool {
        if case .sorted(.title, _) = order { return true }
        return words != nil
    }

    /// The value of the parameter that brings what follows; nil behind the last.
    func next(behind last: ItemNumber?, hasMore: Bool) -> String? {
        guard hasMore else { return nil }
        switch order {
        case .numbers: return last?.description
        case .sorted(_, let page): return String(page + 1)
        }
    }
}

/// What a book has to be like on the shelf.
struct ShelfFilter: Sendable {
    /// By its bytes.
    var topic: String?
    var stockMin: Int64 = 0
    var stockMax = Book.stockMax
    var costMin: Cents?
    var costMax: Cents?

    /// Whether it asks for more than a topic.
    var isOfState: Bool { stockMin > 0 || stockMax < Book.stockMax || costMin != nil || costMax != nil }

    func passes(_ book: Book) -> Bool {
        book.stock >= stockMin && book.stock <= stockMax && book.price >= costMin ?? book.price
            && book.price <= costMax ?? book.price
            && topic.map { $0.utf8.elementsEqual(book.topic.utf8) } ?? true
    }
}

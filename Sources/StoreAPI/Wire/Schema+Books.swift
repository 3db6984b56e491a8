internal import Model
internal import TierHTTP

// Books.
extension Schema {
    static let book = Schema.object([
        "item_number": .itemNumber, "title": .string, "type": .string.saying("The topic."), "cost": .amount,
        "stock": .count,
    ]).named("Book")
    static let bookResult = Schema.result(book).named("BookResult")
    static let bookPage = Schema.page(of: book).named("BookPage")

    /// A book as a storekeeper sees it.
    static let fullBook = Schema.all(
        book, .object(["sold": .count, "retired": .boolean, "version": .count])
    ).named("FullBook")
    static let fullBookResult = Schema.result(fullBook).named("FullBookResult")
    static let fullBooks = Schema.result(.array(of: fullBook)).named("FullBooks")
    static let fullBookPage = Schema.page(of: fullBook).named("FullBookPage")

    static let topicPage = Schema.page(of: .object(["topic": .string, "books": .integer(min: 1)]))
        .named("TopicPage")
}

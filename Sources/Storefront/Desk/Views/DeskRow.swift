internal import Model

/// A book in a keeper's table.
struct DeskRow {
    let item: String
    let title: String
    let topic: String
    let price: String
    let rawPrice: String
    let stock: String
    let rawStock: Int64
    let tone: String
    let sold: String

    init(_ desk: BookDetails) {
        let book = desk.book
        item = book.item.description
        title = Wording.listed(book.title)
        topic = Wording.listed(book.topic)
        price = Wording.price(book.price)
        rawPrice = book.price.description
        stock = Wording.count(book.stock)
        rawStock = book.stock
        tone = book.stock <= Wording.lowStockMax ? "low" : ""
        sold = Wording.count(desk.sold)
    }
}

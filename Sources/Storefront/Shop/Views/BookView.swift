internal import Model

struct BookView {
    let frame: Pages.Frame
    let book: Book
    let known: FactsView
    let topicLink: String
    let cover: String
    /// The price as customers read it, and as forms and the store write it.
    let price: String
    let cost: String
    let stock: StockWords
    let key: String
    let note: PurchaseNote?
    let cards: [BookCard]
}

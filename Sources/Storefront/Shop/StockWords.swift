/// A book's stock in a customer's words.
struct StockWords {
    let words: String
    /// The style of the words.
    let tone: String
    let isSoldOut: Bool
    /// The text on the button.
    let button: String

    init(_ stock: Int64) {
        isSoldOut = stock <= 0
        switch stock {
        case ...0: (words, tone) = ("Sold out", "soft")
        case ...Wording.lowStockMax: (words, tone) = ("Only \(stock) left", "low")
        default: (words, tone) = ("In stock", "good")
        }
        button = isSoldOut ? "Sold out" : "Buy this book"
    }
}

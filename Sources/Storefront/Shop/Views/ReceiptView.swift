struct ReceiptView {
    let frame: Pages.Frame
    let id: String
    let item: String
    let title: String
    let cover: String
    let paid: String
    /// Nil where the shop shows none.
    let tax: TaxView?
    /// The price that the book's page showed, if it was higher; nil otherwise.
    let shown: String?
    let soldAt: String
    let soldAtWords: String
    /// Whether the purchase was made just now, rather than by an earlier press.
    let isNew: Bool
}

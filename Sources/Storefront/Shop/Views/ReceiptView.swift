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

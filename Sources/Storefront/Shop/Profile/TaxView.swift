internal import Model
internal import StoreAPI

/// The tax in an amount, for a receipt.
struct TaxView {
    let words: String
    let amount: String

    /// - Returns: nil where the shop shows no tax.
    init?(in cents: Int64) {
        guard let tax = ShopProfile.current.tax else { return nil }
        words = tax.words
        amount = Wording.amount(tax.included(in: cents))
    }
}

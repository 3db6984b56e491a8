/// What became of a purchase.
package enum PurchaseOutcome: String, Equatable, Decodable, Sendable {
    /// One unit was sold, and the sale is on stable storage.
    case success = "Success"
    /// The book was sold out.
    case failed = "Failed"
}

package import Model

/// What is told a purchase's outcome.
package typealias PurchaseEnded = @Sendable (Result<PurchaseOutcome, any Error>) -> Void

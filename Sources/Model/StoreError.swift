/// Why the store could not do what it was asked. Each tier throws these; TierHTTP turns them into answers
/// in one place.
package enum StoreError: Error, Equatable, Sendable {
    /// A parameter or field is missing, malformed or out of range.
    case invalid(String)
    /// No book has this number.
    case unknownItem(ItemNumber)
    /// The idempotency key was used before for another request.
    case keyReused
    /// A request with the same key is still being worked on; try again in a moment.
    case inProgress
    /// What is asked for contradicts what is there, which comes along.
    case conflict(String, current: [BookDetails])
    /// A book is not what the request expected, and nothing was changed. What it is comes along.
    case changed(String, current: [BookDetails])
    /// The book costs more than the request allows. Nothing was changed, and nothing is remembered under the
    /// request's key.
    case aboveLimit(ItemNumber, price: Cents, limit: Cents)
    /// Lines of a file were refused, and nothing of it was taken: the first of them, and how many there are.
    case refusedLines([RefusedLine], count: Int)
    /// A tier behind is down, slow or answered nonsense. With `outcomeUnknown`, the request may have been
    /// carried out all the same.
    case unavailable(tier: String, reason: String, outcomeUnknown: Bool)
    /// More work is waiting than the tier takes on; nothing was done.
    case overloaded(String)
    /// The client for whom this was begun has left, or ended its side of the connection, and it was given up.
    case clientLeft

    /// The same error, for a request that may have been carried out by another tier.
    package var withUnknownOutcome: StoreError {
        guard case .unavailable(let tier, let reason, _) = self else { return self }
        return .unavailable(tier: tier, reason: reason, outcomeUnknown: true)
    }
}

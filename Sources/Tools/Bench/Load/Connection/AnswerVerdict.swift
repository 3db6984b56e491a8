/// How a response is classified.
enum AnswerVerdict: Equatable {
    /// The response follows the contract.
    case good
    /// A purchase's `Failed`: the response follows the contract, but no copy was sold.
    case soldOut
    /// 503 or 429: the store is overloaded, or a tier behind the frontend is unavailable.
    case refused
    /// Another status that is not 200.
    case status(Int)
    /// A 200 whose body violates the contract.
    case nonsense
}

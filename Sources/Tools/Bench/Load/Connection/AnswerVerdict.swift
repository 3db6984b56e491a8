/// What an answer is worth to the client that asked.
enum AnswerVerdict: Equatable {
    /// It is what the contract says.
    case good
    /// A purchase's `Failed`: an answer as the contract says, but no copy.
    case soldOut
    /// 503 or 429: the store has too much to do, or a tier behind is not there.
    case refused
    /// Another status than 200.
    case status(Int)
    /// A 200 whose body is not the contract's.
    case nonsense
}

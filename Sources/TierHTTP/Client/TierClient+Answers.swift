package import Model
internal import NIOHTTP1

extension TierClient {
    /// Turns an answer that is no success into the error that it stands for.
    ///
    /// - Parameters:
    ///   - item: the book that a 404 is about.
    ///   - isRead: whether the request changed nothing, so that its outcome cannot be unknown.
    /// - Throws: nothing for a 200.
    package func check(_ answer: TierAnswer, item: ItemNumber?, isRead: Bool) throws(StoreError) {
        switch answer.status.code {
        case 200: return
        case 400: throw .invalid("the \(tier) server refused the parameters")
        case 401:
            throw .unavailable(
                tier: tier, reason: "does not take the token that this one shows it", outcomeUnknown: false)
        case 404: if let item { throw .unknownItem(item) }
        case 409: throw .inProgress
        case 422: throw .keyReused
        default: break
        }
        let busy = answer.status == .serviceUnavailable && answer.headers.contains(name: "retry-after")
        throw .unavailable(
            tier: tier, reason: busy ? "is busy or not ready" : "answered with status \(answer.status.code)",
            outcomeUnknown: !isRead)
    }

    /// Turns the refusal of a request that a book is too expensive for into the error that it stands for.
    ///
    /// - Throws: nothing for any other answer.
    package func checkPrice(
        _ answer: TierAnswer, of item: ItemNumber, limit: Cents?
    ) throws(StoreError) {
        guard let limit, answer.status == .preconditionFailed else { return }
        let cost = (try? JSONReader.value(in: answer.body))?.members?["cost"]?.text
        guard let price = cost.flatMap({ Cents(parsing: $0) }) else { throw nonsense(isRead: false) }
        throw .aboveLimit(item, price: price, limit: limit)
    }

    /// The error for an answer that does not keep the contract.
    package func nonsense(isRead: Bool) -> StoreError {
        .unavailable(tier: tier, reason: "gave an answer that makes no sense", outcomeUnknown: !isRead)
    }
}

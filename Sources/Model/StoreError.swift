/// Why the store could not do what it was asked. Each tier throws these; TierHTTP turns them into answers
/// in one place.
package enum StoreError: Error, Equatable, Sendable {
    /// A parameter or field is missing, malformed or out of range.
    case invalid(String)
    /// No book has this number.
    case unknownItem(ItemNumber)
    /// The idempotency key was used before for another request.
    case keyReused
    /// The import with this idempotency key was undone, so the key cannot be used for it again.
    case importUndone
    /// A request with the same key is still being worked on; try again in a moment.
    case inProgress
    /// What is asked for contradicts what is there, which comes along.
    case conflict(String, current: [BookDetails])
    /// A book is not what the request expected, and nothing was changed. What it is comes along.
    case changed(String, current: [BookDetails])
    /// The book costs more than the request allows. Nothing was changed, and nothing is remembered under the
    /// request's key.
    case aboveLimit(ItemNumber, price: Cents, limit: Cents)
    /// There are not enough copies of some lines of an order. Nothing was sold, and the key will not sell it either.
    case short([ShortLine])
    /// The order costs another total than was expected, in cents. Nothing was sold, and nothing is remembered under the
    /// key.
    case otherTotal(cents: Int64, expected: Cents)
    /// No order has this number or key.
    case unknownOrder(String)
    /// No webhook has this number.
    case unknownWebhook(Int64)
    /// The order is not where this step begins, or has not so many copies to give back. What it is comes along.
    case stepRefused(String, state: OrderState)
    /// No keeper has this name.
    case unknownKeeper(String)
    /// No open session has this name.
    case unknownSession
    /// Accounts would contradict each other, or nobody could look after them.
    case keeperConflict(KeeperConflict, name: String)
    /// Name or password is wrong; which of them is not said.
    case wrongSignIn
    /// The password that a keeper has so far is another.
    case wrongPassword
    /// The session has ended, or there never was one.
    case sessionEnded
    /// The keeper who asks must not do this.
    case notAllowed(KeeperRole, KeeperRight)
    /// Lines of a file were refused: the first of them, and how many there are. Of a large file, so many rows before them
    /// were taken.
    case refusedLines([RefusedLine], count: Int, taken: Int = 0)
    /// A tier cannot do its part. With `outcomeUnknown`, the request may have been carried out all the same.
    case unavailable(tier: String, reason: Reason, outcomeUnknown: Bool)
    /// A tier behind answered with a status that the contract does not have.
    case unexpectedStatus(Int, tier: String, outcomeUnknown: Bool)
    /// More work is waiting than the tier takes on; nothing was done. With the tier that it waits for, where that is
    /// another one.
    case overloaded(Overload, tier: String? = nil)
    /// The client for whom this was begun has left, or ended its side of the connection, and it was given up.
    case clientLeft

    /// The same error in `tier`, for a request of which another tier has carried out its part.
    package func afterDecision(in tier: String) -> StoreError {
        switch self {
        case .unavailable(let tier, let reason, _):
            .unavailable(tier: tier, reason: reason, outcomeUnknown: true)
        case .overloaded: .unavailable(tier: tier, reason: .overloaded, outcomeUnknown: true)
        default: self
        }
    }

    /// A word for programs, the same in every version.
    package var code: String {
        switch self {
        case .invalid: "invalid"
        case .unknownItem: "unknown_item"
        case .keyReused: "key_reused"
        case .importUndone: "import_undone"
        case .inProgress: "in_progress"
        case .conflict: "conflict"
        case .changed: "changed"
        case .aboveLimit: "above_limit"
        case .short: "short"
        case .otherTotal: "other_total"
        case .unknownOrder: "unknown_order"
        case .unknownWebhook: "unknown_webhook"
        case .stepRefused: "step_refused"
        case .unknownKeeper: "unknown_keeper"
        case .unknownSession: "unknown_session"
        case .keeperConflict(let conflict, _): conflict.rawValue
        case .wrongSignIn: "wrong_sign_in"
        case .wrongPassword: "wrong_password"
        case .sessionEnded: "session_ended"
        case .notAllowed: "not_allowed"
        case .refusedLines: "refused_lines"
        case .unavailable(_, let reason, _): reason.rawValue
        case .unexpectedStatus: Self.unexpectedStatusCode
        case .overloaded(let overload, _): overload.rawValue
        case .clientLeft: "client_left"
        }
    }

    /// The codes of all errors that are the store's own fault.
    package static let faultCodes =
        Reason.allCases.map(\.rawValue) + Overload.allCases.map(\.rawValue) + [unexpectedStatusCode]

    private static let unexpectedStatusCode = "unexpected_status"
}

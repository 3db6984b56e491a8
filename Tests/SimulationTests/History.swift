import Audit
import Linearizability
import Model
import NIOCore

/// What the clients did and saw, for comparison with the store.
struct ClientHistory {
    /// What is known of a key.
    struct Purchase {
        let item: ItemNumber
        var outcome: PurchaseOutcome?
    }

    private var requests: [HistoryOperation] = []
    /// Requests that were refused, so that nothing follows from them.
    private var forgotten: Set<Int> = []
    /// The requests in the checker's form.
    var operations: [HistoryOperation] {
        requests.indices.filter { !forgotten.contains($0) }.map { requests[$0] }
    }
    private(set) var purchases: [IdempotencyKey: Purchase] = [:]
    /// Keys in the order of their first use.
    private(set) var keys: [IdempotencyKey] = []
    /// Restocks by their distinct numbers of units, and whether each was answered.
    private(set) var restocks: [Int64: Bool] = [:]
    /// Purchases without a key that were answered Success.
    private(set) var keylessSuccessCount = 0
    /// Purchases without a key, answered or not.
    private(set) var keylessCount = 0

    /// Notes a request as it is sent.
    mutating func begin(
        _ kind: HistoryOperation.Kind, of item: ItemNumber, by client: Int, at now: NIODeadline
    ) -> Int {
        requests.append(
            HistoryOperation(
                client: client, item: item, kind: kind, invokedNanos: now.uptimeNanoseconds,
                returnedNanos: nil, outcome: .unknown))
        switch kind {
        case .buy(let key?) where purchases[key] == nil:
            purchases[key] = Purchase(item: item)
            keys.append(key)
        case .buy(nil): keylessCount += 1
        case .update(let units?, _): restocks[units] = false
        default: break
        }
        return requests.count - 1
    }

    /// Notes that a request was refused for good.
    mutating func forget(_ request: Int) { forgotten.insert(request) }

    /// Notes a request's answer.
    ///
    /// - Returns: what is wrong with it, if it differs from its key's first.
    mutating func end(_ request: Int, _ outcome: HistoryOperation.Outcome, at now: NIODeadline) -> String? {
        requests[request].end(outcome, atNanos: now.uptimeNanoseconds)
        switch requests[request].kind {
        case .buy(let key?):
            let answer = outcome == .success ? PurchaseOutcome.success : .failed
            guard let first = purchases[key]?.outcome else {
                purchases[key]?.outcome = answer
                return nil
            }
            return first == answer ? nil : "key \(key) was answered \(first) and then \(answer)"
        case .buy(nil): keylessSuccessCount += outcome == .success ? 1 : 0
        case .update(let units?, _): restocks[units] = outcome == .success
        default: break
        }
        return nil
    }
}

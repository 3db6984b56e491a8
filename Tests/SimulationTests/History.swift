import Audit
import Linearizability
import Model
import NIOCore

/// What the clients did and saw, as far as it can be held against the store.
struct ClientHistory {
    /// What is known of a key.
    struct Purchase {
        let item: ItemNumber
        var outcome: PurchaseOutcome?
    }

    private struct Request {
        let client: Int
        let item: ItemNumber
        let kind: HistoryOperation.Kind
        let begin: NIODeadline
        var end: NIODeadline?
        var outcome = HistoryOperation.Outcome.unknown
    }

    private var requests: [Request] = []
    private(set) var purchases: [IdempotencyKey: Purchase] = [:]
    /// Keys in the order of their first use.
    private(set) var keys: [IdempotencyKey] = []
    /// Restocks, each known by its own number of units, with whether one was answered.
    private(set) var restocks: [Int64: Bool] = [:]
    /// Purchases without a key that were answered Success.
    private(set) var keylessSuccessCount = 0
    /// Purchases without a key, answered or not.
    private(set) var keylessCount = 0

    /// Notes a request as it is sent.
    mutating func begin(
        _ kind: HistoryOperation.Kind, of item: ItemNumber, by client: Int, at now: NIODeadline
    ) -> Int {
        requests.append(Request(client: client, item: item, kind: kind, begin: now))
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

    /// Notes a request's answer.
    ///
    /// - Returns: what is wrong with it, if it differs from its key's first.
    mutating func end(_ request: Int, _ outcome: HistoryOperation.Outcome, at now: NIODeadline) -> String? {
        requests[request].end = now
        requests[request].outcome = outcome
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

    /// The requests as the checker wants them.
    var operations: [HistoryOperation] {
        requests.map { request in
            HistoryOperation(
                client: request.client, item: request.item, kind: request.kind,
                invokedNanos: request.begin.uptimeNanoseconds,
                returnedNanos: request.end?.uptimeNanoseconds, outcome: request.outcome)
        }
    }
}

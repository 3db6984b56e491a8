package import Linearizability
package import Model

/// One request of a run, from the first time it is sent to the first response with its outcome, including
/// all repetitions with the same key.
package struct Operation: Sendable, Equatable {
    /// The idempotency key, the same each time the request is sent.
    package let key: IdempotencyKey
    /// The request and its response as its client saw them.
    package private(set) var seen: HistoryOperation

    package var item: ItemNumber { seen.item }
    package var outcome: HistoryOperation.Outcome { seen.outcome }
    package var isPurchase: Bool { if case .buy = seen.kind { true } else { false } }

    /// Creates a request that is about to be sent.
    ///
    /// - Parameters:
    ///   - number: its number among the client's requests; both numbers make the key.
    ///   - kind: the kind of the request; a purchase gets the key.
    package init(
        client: Int, number: Int, item: ItemNumber, kind: HistoryOperation.Kind, invokedNanos: UInt64
    ) {
        key = IdempotencyKey(trusted: "chaos-\(client)-\(number)")
        let isPurchase = if case .buy = kind { true } else { false }
        seen = HistoryOperation(
            client: client, item: item, kind: isPurchase ? .buy(key: key) : kind, invokedNanos: invokedNanos,
            returnedNanos: nil, outcome: .unknown)
    }

    /// Records the first outcome. Later ones are only compared.
    package mutating func end(_ outcome: HistoryOperation.Outcome, atNanos nanos: UInt64) {
        seen.end(outcome, atNanos: nanos)
    }

    /// The request as findings show it.
    package var text: String {
        let name =
            switch seen.kind {
            case .buy: "buy"
            case .lookup: "lookup"
            case .update(let units, let price):
                "update(price: \(price?.description ?? "na"), units: \(units.map(String.init) ?? "na"))"
            case .order: "order"
            case .putBack: "put back"
            }
        return "\(name) of book \(item) under key \(key)"
    }
}

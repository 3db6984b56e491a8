package import Linearizability
package import Model

/// One request of a run, from the first sending to the first answer with its outcome, however many
/// repetitions with the same key come between.
package struct Operation: Sendable, Equatable {
    /// The idempotency key that every sending of the request carries.
    package let key: IdempotencyKey
    /// The request and its answer as its client saw them.
    package private(set) var seen: HistoryOperation

    package var item: ItemNumber { seen.item }
    package var outcome: HistoryOperation.Outcome { seen.outcome }
    package var isPurchase: Bool { if case .buy = seen.kind { true } else { false } }

    /// A request that is about to be sent.
    ///
    /// - Parameters:
    ///   - number: its number among those of its client; makes the key with the client's.
    ///   - kind: what is asked for; a purchase gets the key.
    package init(
        client: Int, number: Int, item: ItemNumber, kind: HistoryOperation.Kind, invokedNanos: UInt64
    ) {
        key = IdempotencyKey(trusted: "chaos-\(client)-\(number)")
        let isPurchase = if case .buy = kind { true } else { false }
        seen = HistoryOperation(
            client: client, item: item, kind: isPurchase ? .buy(key: key) : kind, invokedNanos: invokedNanos,
            returnedNanos: nil, outcome: .unknown)
    }

    /// Records the first answer with an outcome; later ones are only compared.
    package mutating func end(_ outcome: HistoryOperation.Outcome, atNanos nanos: UInt64) {
        seen.end(outcome, atNanos: nanos)
    }

    /// The request in a finding.
    package var text: String {
        let name =
            switch seen.kind {
            case .buy: "buy"
            case .lookup: "lookup"
            case .update(let units, let price):
                "update(price: \(price?.description ?? "na"), units: \(units.map(String.init) ?? "na"))"
            }
        return "\(name) of book \(item) under key \(key)"
    }
}

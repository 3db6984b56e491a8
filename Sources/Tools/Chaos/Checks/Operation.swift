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
    package var isOrder: Bool { if case .order = seen.kind { true } else { false } }
    /// The key of the order that copies are put back of.
    package private(set) var order: IdempotencyKey?

    /// What is ordered or put back.
    package var lines: [OrderLine] {
        switch seen.kind {
        case .order(_, let lines), .putBack(_, let lines): lines
        case .lookup, .buy, .update: []
        }
    }

    /// Whether its key is still free.
    var isOtherTotal: Bool { if case .otherTotal = outcome { true } else { false } }

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

    /// Creates an order that is about to be sent.
    package init(client: Int, number: Int, ordering lines: [OrderLine], invokedNanos: UInt64) {
        key = IdempotencyKey(trusted: "chaos-\(client)-\(number)")
        seen = HistoryOperation(
            client: client, item: lines[0].item, kind: .order(key: key, lines: lines),
            invokedNanos: invokedNanos, returnedNanos: nil, outcome: .unknown)
    }

    /// Creates a request that puts copies of an order back.
    ///
    /// - Parameter key: the order's where it is cancelled.
    package init(
        client: Int, number: Int, puttingBack lines: [OrderLine], of order: IdempotencyKey,
        key: IdempotencyKey, invokedNanos: UInt64
    ) {
        self.key = key
        self.order = order
        seen = HistoryOperation(
            client: client, item: lines[0].item, kind: .putBack(key: key, lines: lines),
            invokedNanos: invokedNanos, returnedNanos: nil, outcome: .unknown)
    }

    /// The same request, sent again after an answer that leaves its key free.
    func begunAgain(atNanos nanos: UInt64) -> Operation {
        var again = self
        again.seen = HistoryOperation(
            client: seen.client, item: item, kind: seen.kind, invokedNanos: nanos, returnedNanos: nil,
            outcome: .unknown)
        return again
    }

    /// Records the first outcome. Later ones are only compared.
    package mutating func end(_ outcome: HistoryOperation.Outcome, atNanos nanos: UInt64) {
        seen.end(outcome, atNanos: nanos)
    }

    /// The request as findings show it.
    package var text: String {
        let what =
            switch seen.kind {
            case .buy: "buy of book \(item)"
            case .lookup: "lookup of book \(item)"
            case .update(let units, let price):
                "update(price: \(price?.description ?? "na"), units: \(units.map(String.init) ?? "na")) of book \(item)"
            case .order: "order of \(Self.text(lines))"
            case .putBack: "putting back \(putBackText)"
            }
        return "\(what) under key \(key)"
    }

    /// What is put back, the same as of its sale.
    var putBackText: String { Self.putBackText(lines, of: order ?? key) }

    static func putBackText(_ lines: [OrderLine], of order: IdempotencyKey) -> String {
        "\(text(lines)) of order \(order)"
    }

    private static func text(_ lines: [OrderLine]) -> String { lines.map(\.text).joined(separator: ",") }
}

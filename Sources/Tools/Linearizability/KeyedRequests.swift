import Model

/// All requests under one key, which are one operation; or one request without a key.
///
/// The request that takes effect first decides, and all later ones repeat its outcome. So the operation takes effect at
/// some time from the first invocation of any of them to the first response. Every time in this interval lies within the
/// first-invoked request (it had no response earlier), and the others can follow it within their own intervals. So the
/// requests are exactly one operation on that interval.
struct KeyedRequests {
    /// What a key stands for. The same key for something else is refused, and such a request is in no history.
    private struct Name: Hashable {
        let key: IdempotencyKey
        let item: ItemNumber
        /// Nothing of a purchase.
        let lines: [OrderLine]
        let putsBack: Bool

        init?(_ operation: HistoryOperation) {
            switch operation.kind {
            case .buy(let key?): self.init(key: key, item: operation.item, lines: [], putsBack: false)
            case .order(let key, let lines):
                self.init(key: key, item: operation.item, lines: lines, putsBack: false)
            case .putBack(let key, let lines):
                self.init(key: key, item: operation.item, lines: lines, putsBack: true)
            case .buy(nil), .lookup, .update: return nil
            }
        }

        private init(key: IdempotencyKey, item: ItemNumber, lines: [OrderLine], putsBack: Bool) {
            self.key = key
            self.item = item
            self.lines = lines
            self.putsBack = putsBack
        }
    }

    /// What it is.
    let kind: HistoryOperation.Kind
    private(set) var invokedNanos: UInt64
    private(set) var returnedNanos: UInt64?
    private(set) var outcome = HistoryOperation.Outcome.unknown
    /// The index of the request that represents it in reports.
    private(set) var source: Int
    /// Two requests that were answered differently; of a purchase first the one that succeeded.
    private(set) var contradiction: (Int, Int)?

    private init(_ operation: HistoryOperation, source: Int) {
        kind = operation.kind
        invokedNanos = operation.invokedNanos
        self.source = source
        add(operation, source: source)
    }

    /// The operations that a history's requests are, in the order of their first requests.
    static func operations(of requests: [HistoryOperation]) -> [KeyedRequests] {
        var operations: [KeyedRequests] = []
        var indices: [Name: Int] = [:]
        for (source, request) in requests.enumerated() {
            let name = Name(request)
            if let index = name.flatMap({ indices[$0] }) {
                operations[index].add(request, source: source)
            } else {
                if let name { indices[name] = operations.count }
                operations.append(KeyedRequests(request, source: source))
            }
        }
        return operations
    }

    private mutating func add(_ request: HistoryOperation, source: Int) {
        invokedNanos = min(invokedNanos, request.invokedNanos)
        guard request.decides, let answered = request.returnedNanos else { return }
        if outcome != .unknown, outcome != request.outcome {
            let pair = request.outcome == .failed ? (self.source, source) : (source, self.source)
            contradiction = contradiction ?? pair
        }
        if answered < returnedNanos ?? UInt64.max {
            returnedNanos = answered
            self.source = source
        }
        outcome = request.outcome
    }
}

extension HistoryOperation {
    /// Whether its answer says what became of it. Another total than expected is not remembered: the order may still be made
    /// by another request under its key.
    fileprivate var decides: Bool {
        switch outcome {
        case .unknown, .otherTotal: false
        case .found, .success, .failed, .sold: true
        }
    }
}

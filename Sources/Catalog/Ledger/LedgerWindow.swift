internal import Model

/// The movements among which one reading of the whole ledger looks, the newest first. Their number is bounded, so that
/// a kind that is rare takes several short readings in a long ledger and not a long one.
struct LedgerWindow {
    /// Movements that one reading looks at, at most.
    static let lookedAtMax: Int64 = 50_000

    /// Only movements after it.
    let floor: Int64
    /// Only movements before it.
    let before: Int64
    private let limit: Int

    /// - Parameter newest: the ledger's last movement.
    init(_ filter: MovementFilter, newest: Int64) {
        before = min(filter.before ?? .max, newest + 1)
        // Few movements are of a rare kind, and an index has them.
        let isRare = filter.kind.map { $0 != .sale && $0 != .update } ?? false
        floor = isRare ? 0 : max(0, before - 1 - Self.lookedAtMax)
        limit = filter.limit
    }

    /// What was found among them, and where the next reading begins.
    func stretch(_ records: [Movement]) -> LedgerStretch {
        var stretch = LedgerStretch(records: records)
        if records.count == limit, let last = records.last, last.sequence > 1 {
            stretch.next = last.sequence
        } else if records.count < limit, floor > 0 {
            stretch.next = floor + 1
        }
        return stretch
    }
}

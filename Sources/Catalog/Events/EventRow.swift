internal import Model

/// A movement that has something to tell, as a database has it.
struct EventRow {
    /// Its columns; the tables are `movement`, and `order_step` where it is a step's first movement.
    static let columns =
        "movement.sequence, kind, item_number, units, stock_after, sale, at_millis, order_number"
    static let tables = "movement LEFT JOIN order_step ON order_step.sequence = movement.sequence"

    /// The condition in SQL for the movements that have something to tell.
    ///
    /// - Parameter lowStockMax: the parameter that is ``EventFilter/lowStockMax``.
    static func condition(lowStockMax: String) -> String {
        """
        (kind = 0 AND sale IS NOT NULL OR order_number IS NOT NULL OR units < 0 AND (
            stock_after = 0 OR stock_after <= \(lowStockMax) AND stock_after - units > \(lowStockMax)))
        """
    }

    let sequence: Int64
    let kind: Int64
    let item: Int64
    let units: Int64
    let stockAfter: Int64
    let sale: Int64?
    let atMillis: Int64
    /// The order of which it is a step's first movement.
    let order: Int64?

    /// What it has to tell.
    ///
    /// - Parameter share: of an order: what its step sold or put back.
    private func events(lowStockMax: Int64, share: OrderShare?) -> [StoreEvent] {
        let time = Timestamp(millis: atMillis)
        let item = ItemNumber(item)
        var events: [StoreEvent] = []
        if let order, let state = MovementKind(rawValue: kind)?.orderState {
            let isNew = state == .placed
            events.append(
                StoreEvent(
                    sequence: sequence, kind: isNew ? .order : .state, time: time, order: order,
                    state: isNew ? nil : state, lines: share?.lines.filter { $0.copies > 0 } ?? []))
        } else if kind == MovementKind.update.rawValue, let sale {
            events.append(
                StoreEvent(sequence: sequence, kind: .order, time: time, order: sale, item: item))
        }
        guard units < 0 else { return events }
        let told: [(kind: StoreEvent.Kind, isSo: Bool)] = [
            (.lowStock, stockAfter <= lowStockMax && stockAfter - units > lowStockMax),
            (.soldOut, stockAfter == 0),
        ]
        for (kind, isSo) in told where isSo {
            events.append(
                StoreEvent(sequence: sequence, kind: kind, time: time, item: item, stock: stockAfter))
        }
        return events
    }

    /// The part of the ledger that a reading looks at. Its length is bounded, so that few events in a long ledger take
    /// several short readings and not a long one.
    struct Window {
        let filter: EventFilter
        /// Only movements up to it.
        let through: Int64

        /// - Parameter newest: the ledger's last movement.
        init(_ filter: EventFilter, newest: Int64) {
            self.filter = filter
            let (far, isPast) = filter.after.addingReportingOverflow(LedgerWindow.lookedAtMax)
            // Who has read more than there is reads on from the end.
            through = isPast ? newest : min(newest, far)
        }

        /// What the rows of it have to tell.
        ///
        /// - Parameters:
        ///   - rows: in order, at most as many as the filter's limit.
        ///   - shares: what steps of orders did, by their first movements.
        func page(_ rows: [EventRow], shares: ([Int64]) throws -> [Int64: OrderShare]) rethrows -> EventsPage
        {
            let shares = try shares(rows.filter { $0.order != nil }.map(\.sequence))
            return EventsPage(
                events: rows.flatMap {
                    $0.events(lowStockMax: filter.lowStockMax, share: shares[$0.sequence])
                },
                next: rows.count == filter.limit ? rows.last?.sequence ?? through : through)
        }
    }
}

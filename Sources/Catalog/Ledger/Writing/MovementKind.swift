internal import Model

/// A movement's kind, as a database has it.
enum MovementKind: Int64 {
    case update = 0
    case added = 1
    case retired = 2
    case edited = 3
    case restored = 4
    // Of orders: what they became.
    case placed = 5
    case ready = 6
    case handedOver = 7
    case cancelled = 8
    case returned = 9

    /// The condition in SQL for the kinds by which books come, go or are called otherwise.
    static let changesRange = "kind <> 0 AND kind < \(placed.rawValue)"
    /// The condition in SQL for what was sold, and what of it came back.
    static let sells = """
        (kind = 0 AND sale IS NOT NULL OR kind IN (\(placed.rawValue), \(cancelled.rawValue), \(returned.rawValue)))
        """

    /// The number of the order of a movement; the table is looked at for orders only.
    static let order = """
        CASE WHEN kind >= \(placed.rawValue) THEN (SELECT order_number FROM order_step \
        WHERE order_step.sequence <= movement.sequence ORDER BY order_step.sequence DESC LIMIT 1) END
        """

    /// What was paid for a copy that a movement sold or put back: what comes back was paid when it was sold.
    static let paid = """
        CASE WHEN kind = 0 THEN price_after ELSE (SELECT order_line.price_cents FROM order_line \
        WHERE order_number = \(order) AND order_line.item_number = movement.item_number) END
        """

    /// The state that a movement of an order brought it to; nil for any other movement.
    var orderState: OrderState? { OrderState(rawValue: rawValue - Self.placed.rawValue) }

    init(_ entry: LedgerEntry) {
        switch entry {
        case .update: self = .update
        case .added: self = .added
        case .retired: self = .retired
        case .edited: self = .edited
        case .restored: self = .restored
        case .order(let movement):
            self =
                switch movement.state {
                case .placed: .placed
                case .ready: .ready
                case .handedOver: .handedOver
                case .cancelled: .cancelled
                case .returned: .returned
                }
        }
    }
}

extension Movement.Kind {
    /// What a movement is called of which the database says this.
    init(_ stored: MovementKind?, isSale: Bool) {
        switch stored {
        case .added: self = .add
        case .retired: self = .retire
        case .edited: self = .edit
        case .restored: self = .restore
        case .placed: self = .order
        case .ready: self = .ready
        case .handedOver: self = .handedOver
        case .cancelled: self = .cancelled
        case .returned: self = .returned
        case .update, nil: self = isSale ? .sale : .update
        }
    }

    /// The condition in SQL for its rows; `kind <> 0` is that of the index that has the rare kinds.
    var condition: String {
        switch self {
        case .sale: "kind = 0 AND sale IS NOT NULL"
        case .update: "kind = 0 AND sale IS NULL"
        case .add: Self.condition(.added)
        case .retire: Self.condition(.retired)
        case .edit: Self.condition(.edited)
        case .restore: Self.condition(.restored)
        case .order: Self.condition(.placed)
        case .ready: Self.condition(.ready)
        case .handedOver: Self.condition(.handedOver)
        case .cancelled: Self.condition(.cancelled)
        case .returned: Self.condition(.returned)
        }
    }

    private static func condition(_ kind: MovementKind) -> String { "kind <> 0 AND kind = \(kind.rawValue)" }
}

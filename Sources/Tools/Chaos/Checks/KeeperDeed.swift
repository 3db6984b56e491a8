internal import Model

/// One thing that a run's storekeeper does: an edit, or that a book is retired or brought back.
struct KeeperDeed: Sendable {
    /// Makes its key, which the ledger also shows as its reason.
    let number: Int
    let kind: Movement.Kind
    /// The book, and what an edit makes of it.
    let edit: BookEdit

    var item: ItemNumber { edit.item }
    var key: IdempotencyKey { IdempotencyKey(trusted: "chaos-keeper-\(number)") }
    /// The deed as findings show it, the same as that of its movement.
    var text: String { Self.text(kind, item, key.text) }

    /// What the ledger tells of a deed.
    static func text(of movement: Movement) -> String {
        text(movement.kind, movement.item, movement.reason ?? "none")
    }

    private static func text(_ kind: Movement.Kind, _ item: ItemNumber, _ key: String) -> String {
        "\(kind) of book \(item) under key \(key)"
    }
}

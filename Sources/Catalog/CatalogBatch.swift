package import Model
package import Storage

/// What a batch of changes did.
package struct CatalogBatch: CommittedBatch {
    package var results: [Result<CatalogOutcome, StoreError>]
    /// What was executed now, in the ledger's order.
    var executed: [LedgerEntry]
    /// What that leaves on the shelf.
    var changes: LedgerChanges

    package var lines: [MarkedLog.Line] { executed.map { MarkedLog.Line($0.logLine) } }

    /// What a batch of changes came to in a ledger's tables.
    init<Tables>(_ changes: [CatalogChange], in writer: inout LedgerWriter<Tables>) throws {
        let before = writer.lastMovement
        results = try changes.map { change in
            switch change {
            case .update(let change): try writer.apply(change).map { CatalogOutcome(update: $0) }
            case .keeper(let request): try writer.apply(request)
            case .ordering(let order): try writer.apply(order)
            case .cancelling(let key): try writer.cancel(key)
            case .forgetting(let order): try writer.forget(order)
            case .basket(let change): try writer.keep(change)
            case .keepers(let change): try writer.apply(change)
            case .settings(let change): try writer.keep(change)
            case .webhook(let change): try writer.apply(change)
            case .importing(let piece): try writer.apply(piece).map { CatalogOutcome(imported: $0) }
            case .undoing(let undo): try writer.apply(undo).map { CatalogOutcome(undone: $0) }
            }
        }
        try writer.writeBooks()
        executed = writer.executed
        self.changes = LedgerChanges(after: before, through: writer.lastMovement, books: writer.shelf)
    }
}

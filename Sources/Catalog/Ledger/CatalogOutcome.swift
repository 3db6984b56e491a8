internal import Model

/// What came of a change.
package struct CatalogOutcome: Sendable {
    /// A storekeeper's request that is not refused is applied.
    var update = UpdateOutcome.applied(sale: nil, replayed: false)
    /// Of a storekeeper's request: the books as they are afterwards.
    var books: [BookDetails] = []
    /// Of an order and each of its steps: the order as it is afterwards.
    var order: PlacedOrder?
    /// Of a change of keepers or sessions.
    var keeper: KeeperOutcome?
    /// Of a change of webhooks: those that it is about, as they are afterwards.
    var webhooks: [WebhookRow] = []
    /// Of dead letters that are wanted again: how many.
    var wantedCount: Int64 = 0
    /// Of a part of a file.
    var imported = ImportReport()
    /// Of a part of a file that is taken back.
    var undone = UndoReport()
}

package import Model
package import Storage

/// What a batch of records did.
package struct OrderBatch: CommittedBatch {
    package var results: [Result<PurchaseOutcome, StoreError>] = []
    /// The orders that are new, in their order.
    var added: [OrderRecord] = []
    /// All that stand there now, new or not: one for each result.
    var stored: [OrderRecord]

    package var lines: [MarkedLog.Line] {
        (PlantedBug.isOn(.logsOrderAgain) ? stored : added).map { record in
            if case .ledgerEarlier = record.origin {
                return MarkedLog.Line(OrderRecord.logLine(record.item), mayBeThere: true)
            }
            return MarkedLog.Line(OrderRecord.logLine(record.item))
        }
    }
}

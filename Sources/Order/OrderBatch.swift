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
        let records = PlantedBug.isOn(.logsOrderAgain) ? stored : added
        var lines: [MarkedLog.Line] = []
        lines.reserveCapacity(records.count)
        for record in records {
            let mayBeThere = if case .ledgerEarlier = record.origin { true } else { false }
            OrderLogLine.forEach(of: record.item, record.share) { line, count in
                let line = MarkedLog.Line(line.text, mayBeThere: mayBeThere)
                for _ in 0..<count { lines.append(line) }
            }
        }
        return lines
    }
}

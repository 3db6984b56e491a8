package import Model
package import Storage

/// The orders, in some database: what the order server asks of it.
///
/// A sale that the catalog's ledger holds may be written without waiting for the disk where one server has the orders:
/// after a power cut the ledger tells of it again. That is what lets a purchase wait for one disk and not two.
package protocol OrderStoring: JournaledStore where Change == OrderRecord, Batch == OrderBatch {
    /// The last sale up to which none of the ledger is missing here, whoever recorded them. May read the disk.
    var knownThrough: SalePosition { get throws }

    /// What became of a key here; nil when it is new. An order of several books is of no single one, so that its key is
    /// that of no purchase.
    func outcome(of key: IdempotencyKey) throws -> (item: ItemNumber?, outcome: PurchaseOutcome)?
    /// Orders before a number, the newest first.
    func orders(before number: Int64, limit: Int) throws -> [OrderListing]
    /// Calls `body` with what every record after `number` is of, in order: a book, or the share of an order.
    func forEachPurchase(after number: Int64, _ body: (ItemNumber, OrderShare?) throws -> Void) throws
    /// How many records are of copies that were put back.
    var putBackCount: Int64 { get }
}

extension OrderStoring {
    package func forEachLine(after number: Int64, _ body: (String) throws -> Void) throws {
        try forEachPurchase(after: number) { item, share in
            try OrderLogLine.forEach(of: item, share) { line, count in
                let text = line.text
                for _ in 0..<count { try body(text) }
            }
        }
    }
}

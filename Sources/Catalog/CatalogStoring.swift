package import Model
package import Storage

/// The books, their stock and the ledger, in some database: what the catalog asks of it. Every reading sees what was
/// committed before it began.
package protocol CatalogStoring: JournaledStore where Change == CatalogChange, Batch == CatalogBatch {
    /// The ledger's identity, by which an order server recognizes a ledger that it has met before.
    var ledger: Int64 { get }
    /// The number of the ledger's last movement, as far as this process knows; 0 before the first.
    var lastMovement: Int64 { get }
    /// How many books the shop had when the database was opened.
    var bookCount: Int { get }
    /// What tells of the changes of other catalogs; nil where only this process writes.
    var readIndex: (any ReadIndex)? { get }

    /// Sales after `sale`, in order, at most `limit`; all from the first where `sale` is of another ledger.
    func sales(after sale: SalePosition, limit: Int) throws -> [LedgerSale]
    /// Calls `body` with every book in the shop, in item-number order. As all books pass by, the lowest number that is
    /// free is found for those that will be added.
    ///
    /// - Returns: the ledger's last movement at that moment.
    func forEachBookInShop(_ body: (Book) throws -> Void) throws -> Int64
    /// Calls `body` with the opening state of every book that the store was opened with, in item-number order.
    func forEachOpeningBook(_ body: (Book) throws -> Void) throws
    /// Calls `body` with every movement after `sequence`, in order.
    func forEachMovement(after sequence: Int64, _ body: (Int64, LedgerEntry) throws -> Void) throws

    // MARK: For storekeepers and receipts

    /// Books in the shop in item-number order.
    func booksInShop(after item: Int64, limit: Int) throws -> [Book]
    /// The movements after one that changed more than stock and price, in order, with their books.
    func shopChanges(after sequence: Int64, limit: Int) throws -> [(sequence: Int64, item: ItemNumber)]
    /// Whether a book has got another topic after a movement.
    func hasNewTopics(after sequence: Int64) throws -> Bool
    /// Calls `body` with the time, topic, copies and price in cents of what was sold by the movements after `first`,
    /// through `last`, in order; both are less than 0 for what came back.
    func forEachSale(
        after first: Int64, through last: Int64,
        _ body: (_ time: Timestamp, _ topic: String, _ copies: Int64, _ cents: Int64) -> Void
    ) throws
    /// A book, also a retired one.
    ///
    /// - Throws: ``StoreError/unknownItem(_:)`` when there never was one with this number.
    func details(of item: ItemNumber) throws -> BookDetails
    /// Books, also retired ones, in item-number order; none for a number that never had one.
    func details(of items: [ItemNumber]) throws -> [BookDetails]
    /// What is known of books besides, without covers of which the image is missing, as after a recovery from logs;
    /// nothing for one of which nothing is.
    func facts(of items: [ItemNumber]) throws -> [ItemNumber: BookFacts]
    /// The image of a cover by its digest; nil where there is none.
    func cover(_ digest: String) throws -> [UInt8]?
    /// The books that have one of these ISBNs, also retired ones, in item-number order.
    func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)]
    /// The pieces of an import that are written, in order.
    func importRecords(_ key: IdempotencyKey) throws -> [ImportRecord]
    /// What was said of the columns under a header when such a file was imported; nil where nothing was.
    func mapping(ofHeader header: String) throws -> ImportMapping?
    /// Books by a filter, in item-number order.
    ///
    /// - Parameter isWanted: asked now and then.
    /// - Throws: ``Model/StoreError/overloaded(_:)`` where it says no before all are found.
    func books(_ filter: BookFilter, while isWanted: @escaping () -> Bool) throws -> [BookDetails]
    /// A figure of books in the shop, also of further ones than were asked for; none for 0.
    func figures(_ figure: BookFigure, of items: [ItemNumber]) throws -> [ItemNumber: Int64]
    /// A customer's order; nil where there is none with this number.
    func order(_ number: Int64) throws -> PlacedOrder?
    /// A customer's order by its key; nil where there is none.
    func order(of key: IdempotencyKey) throws -> PlacedOrder?
    /// Customers' orders by a filter, the newest first.
    func orders(_ filter: OrderFilter) throws -> [PlacedOrder]
    /// The lines of a basket by the digest of its name, by the books' numbers; none for one that is not kept.
    func basket(_ digest: String, changedAfter time: Timestamp) throws -> [OrderLine]
    /// All keepers by their names, each with the sessions that are open at a time.
    func keepers(at time: Timestamp) throws -> [KeeperEntry]
    /// A keeper by the name as names are compared; nil where there is none.
    func keeper(_ name: String) throws -> KeeperRecord?
    /// A session by the digest of its secret, open or not any more; nil where there is none.
    func session(_ digest: String) throws -> KeeperSession?
    /// What is kept of the shop's settings.
    func settings() throws -> [KeptSetting]
    /// What became of a purchase by its key; nil when none is known.
    func receipt(of key: IdempotencyKey) throws -> Receipt?
    /// Movements by a filter, the newest first.
    func movements(_ filter: MovementFilter) throws -> LedgerStretch
    /// What movements have to tell, in order.
    func events(_ filter: EventFilter) throws -> EventsPage
    /// All webhooks by their numbers.
    func webhooks() throws -> [WebhookRow]
    /// Dead letters of a webhook after a movement, in order.
    ///
    /// - Parameter areWanted: only those that are to be sent again.
    func deadLetters(
        of webhook: Int64, after sequence: Int64, limit: Int, areWanted: Bool
    ) throws -> [DeadLetter]
}

extension CatalogStoring {
    package var readIndex: (any ReadIndex)? { nil }

    /// Where only one catalog writes, its log has the whole ledger.
    package var lastMovement: Int64 { lastNumber }

    package func forEachLine(after number: Int64, _ body: (String) throws -> Void) throws {
        try forEachMovement(after: number) { _, entry in try body(entry.logLine) }
    }
}

import Model
import Services
import Storage
import Testing

@testable import Catalog

/// What a batch of updates did.
struct UnloggedBatch {
    let results: [Result<UpdateOutcome, StoreError>]
    let executed: [StockChange]
}

/// A store without a log, with a shelf that is updated as in an engine.
struct ShelvedStore {
    let store: any CatalogStoring
    let shelf = SharedShelf()

    init(_ store: any CatalogStoring) throws {
        self.store = store
        try shelf.fill(from: store)
    }

    static func open(
        _ folder: CatalogFolder, refusalHours: Int = CatalogStore.refusalHoursMin,
        refusalCountMax: Int = RefusalWriter.countMax, firstBooks: () throws -> [Book]
    ) throws -> ShelvedStore {
        try ShelvedStore(
            folder.open(
                refusalHours: refusalHours, refusalCountMax: refusalCountMax, firstBooks: firstBooks))
    }

    // MARK: From memory

    var bookCount: Int { shelf.bookCount }
    func book(_ item: ItemNumber) -> Book? { shelf.book(item) }
    func listings(topic: String) -> [Listing] { shelf.listings(topic: topic) }
    func topicLists() -> TopicLists { shelf.topicLists() }

    // MARK: From the disk

    var ledger: Int64 { store.ledger }
    var lastMovement: Int64 { store.lastMovement }
    var refusals: RefusalTally { store.refusals }
    func details(of item: ItemNumber) throws -> BookDetails { try store.details(of: item) }
    func receipt(of key: IdempotencyKey) throws -> Receipt? { try store.receipt(of: key) }
    func movements(_ filter: MovementFilter) throws -> LedgerStretch { try store.movements(filter) }
    func sales(after sale: SalePosition, limit: Int) throws -> [LedgerSale] {
        try store.sales(after: sale, limit: limit)
    }

    /// Every movement of the ledger, as the log writes it.
    func movementLines() throws -> [String] {
        var lines: [String] = []
        try store.forEachMovement(after: 0) { _, entry in lines.append(entry.logLine) }
        return lines
    }

    /// Every sale of the ledger.
    func allSales() throws -> [LedgerSale] {
        try sales(after: SalePosition(ledger: 0, number: 0), limit: .max)
    }

    // MARK: Changing

    /// Commits without writing the log, like a crash between the two.
    @discardableResult
    func commitUnlogged(_ changes: StockChange...) throws -> UnloggedBatch {
        let batch = try commitUnlogged(changes.map { .update($0) })
        return UnloggedBatch(
            results: batch.results.map { $0.map(\.update) }, executed: batch.executed.map(\.change))
    }

    /// The same for any change.
    @discardableResult
    func commitUnlogged(_ changes: [CatalogChange]) throws -> CatalogBatch {
        let nowhere = LogMark(position: .init(inode: 0, offset: 0), sequence: 0)
        let batch = try store.commit(changes, mark: try store.logMark() ?? nowhere, beforeEnd: { _ in })
        shelf.show(batch.changes)
        return batch
    }

    /// The outcome of one change on its own.
    func outcome(of change: StockChange) throws -> Result<UpdateOutcome, StoreError> {
        try #require(try commitUnlogged(change).results.first)
    }

    /// Reopens the store as after a disk fault.
    func reopen() throws {
        try store.reopen()
        try shelf.fill(from: store)
    }

    func close() throws { try store.close() }
}

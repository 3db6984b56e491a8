internal import Dispatch
internal import Foundation
package import Logging
package import Model
package import Monitoring
package import NIOCore
package import Services
package import Storage

/// The catalog's rules: what a query and an update do, and what is logged of them.
package final class CatalogEngine: CatalogService {
    let store: CatalogStore
    /// Sales by day and topic.
    let totals = LedgerTotals()
    private let log: CatalogLog
    private let commits: CommitLoop<CatalogChange, CatalogOutcome>
    private let breaker: WriteGate
    private let reads = DispatchQueue(label: "catalog-ledger-reads")
    private let longReads = DispatchQueue(label: "catalog-long-reads")
    private let files = DispatchQueue(label: "catalog-files")
    private let execution: Execution
    private let syncTimes = MetricHistogram.syncTimes
    private let sqliteVersion: String

    /// An engine over an open store. It owns the store and the log from now on.
    ///
    /// - Parameters:
    ///   - logPath: the catalog log, which is completed from the ledger before this returns.
    ///   - broken: called when the database or log can no longer be trusted to take writes. The fate of
    ///     the writes in flight is unknown then, and only opening the database again can tell it.
    package init(
        store: CatalogStore, logPath: String, queryLogging: QueryLogging, logger: Logger,
        execution: Execution = .threads, broken: @escaping @Sendable (any Error) -> Void
    ) throws {
        self.store = store
        self.execution = execution
        sqliteVersion = try store.sqliteVersion()
        let log = try CatalogLog(
            path: logPath, store: store, queryLogging: queryLogging, logger: logger, execution: execution)
        self.log = log
        let space = DiskSpace(
            tier: "catalog", folders: [store.folder, (logPath as NSString).deletingLastPathComponent])
        let breaker = WriteGate(
            tier: "catalog", execution: execution,
            recover: {
                try store.reopen()
                try log.catchUp(store: store)
                logger.notice("the database was opened again after a fault of the disk")
            }, isWaitingForRoom: { CatalogStore.isFull($0) || !space.hasRoom }, broken: broken)
        self.breaker = breaker
        commits = CommitLoop(name: "catalog", execution: execution) { [syncTimes] changes in
            try breaker.run {
                try space.check()
                let batch = try log.commit(changes) { mark in
                    do {
                        var written = NIODeadline.now()
                        let batch = try store.commit(changes, mark: mark) {
                            written = .now()
                            try execution.reach(.beforeCommit)
                        }
                        syncTimes.record(since: written)
                        try execution.reach(.beforeLog)
                        return batch
                    } catch {
                        logger.error("a commit failed, its outcome is unknown: \(error)")
                        throw error
                    }
                }
                try execution.reach(.beforeAnswer)
                return batch.results
            }
        }
    }

    /// `query_by_item`.
    ///
    /// - Throws: ``StoreError/unknownItem(_:)``; such a query is not executed and not logged.
    package func book(_ item: ItemNumber) throws(StoreError) -> Book {
        guard let book = store.book(item) else { throw .unknownItem(item) }
        log.query { "query_by_item,\(item)" }
        return book
    }

    /// A book that is sold, for a list; nil for any other. Not logged.
    func bookInShop(_ item: ItemNumber) -> Book? { store.book(item) }

    /// `query_by_topic`: the topic's books in item-number order, none for an unknown topic.
    func listings(topic: String) -> [Shelf.Listing] {
        let listings = store.listings(topic: topic)
        log.query { "query_by_topic,\(topic)" }
        return listings
    }

    /// Books of a topic for a page, in item-number order. Not logged.
    func books(topic: String, after item: Int64, limit: Int) -> [Book] {
        store.books(topic: topic, after: item, limit: limit)
    }

    /// `update`, by group commit.
    package func update(_ change: StockChange, on eventLoop: any EventLoop) -> EventLoopFuture<UpdateOutcome>
    {
        let outcome = commits.submit(.update(change), on: eventLoop).flatMapThrowing { outcome in
            guard case .update(let outcome) = outcome else { throw StoreError.invalid("not an update") }
            return outcome
        }
        if PlantedBug.isOn(.answersBeforeCommit), change.isSale, (store.book(change.item)?.stock ?? 0) > 0 {
            return eventLoop.makeSucceededFuture(.applied(sale: nil, replayed: false))
        }
        return outcome
    }

    /// What a storekeeper asks for, by group commit: whole or not at all.
    ///
    /// - Returns: the books as they are afterwards. Fails with ``StoreError/changed(_:current:)``,
    ///   ``StoreError/conflict(_:current:)``, ``StoreError/refusedLines(_:count:)``,
    ///   ``StoreError/unknownItem(_:)`` or ``StoreError/keyReused``, and then nothing was changed.
    func request(_ request: KeeperRequest, on eventLoop: any EventLoop) -> EventLoopFuture<[BookDetails]> {
        commits.submit(.keeper(request), on: eventLoop).flatMapThrowing { outcome in
            guard case .books(let books) = outcome else { throw StoreError.invalid("not a request") }
            return books
        }
    }

    /// Which thread a read of the disk is done on, so that a short one never waits for a long one.
    enum ReadLength {
        /// A page, a receipt, the newest sales.
        case short
        /// What looks through the ledger or all books.
        case long
        /// A file of books is taken apart and compared with the store.
        case file
    }

    /// Reads the disk, on a thread of its own.
    ///
    /// - Parameter client: for whom; what has not begun when they leave is not done.
    func read<Value: Sendable>(
        on eventLoop: any EventLoop, _ length: ReadLength = .short, for client: ClientPresence? = nil,
        _ body: @escaping @Sendable (CatalogStore) throws -> Value
    ) -> EventLoopFuture<Value> {
        let promise = eventLoop.makePromise(of: Value.self)
        execution.run(.read) { [store] in
            guard client?.hasLeft != true else { return promise.fail(StoreError.clientLeft) }
            promise.completeWith(Result { try body(store) })
        } onThreads: { read in
            switch length {
            case .short: reads.async(execute: read)
            case .long: longReads.async(execute: read)
            case .file: files.async(execute: read)
            }
        }
        return promise.futureResult
    }

    /// Sales after `sale`, in order. Reads the disk, on a thread of its own.
    package func sales(
        after sale: SalePosition, limit: Int, on eventLoop: any EventLoop
    ) -> EventLoopFuture<[LedgerSale]> {
        read(on: eventLoop) { try $0.sales(after: sale, limit: limit) }
    }

    /// Whether updates are taken: not after a fault of the disk.
    var takesUpdates: Bool { !breaker.hasTripped }

    /// Opens the log anew, after log rotation has renamed it.
    package func reopenLog() throws { try log.reopen(store: store) }

    /// Ends a stepped engine as a crash does: its parts go with it, and what waits ends unanswered.
    func abandon() { commits.abandon() }

    /// Commits what waits, writes the log out and closes the store.
    package func shutdown() throws {
        commits.shutdown()
        try log.shutdown()
        try store.close()
    }

    /// The tier's own figures for the metrics page.
    package func samples() -> [MetricSample] {
        [
            .sqlite(version: sqliteVersion),
            .takesUpdates(takesUpdates),
            MetricSample("bookstore_books", .gauge, Double(store.bookCount), help: "Books in the catalog."),
            MetricSample(
                "bookstore_ledger_movements_total", .counter, Double(store.lastMovement),
                help: "Stock and price changes in the ledger."),
            MetricSample(
                "bookstore_log_lines_dropped_total", .counter, Double(log.droppedLineCount),
                help: "Query lines left out of catalog_log while its disk took nothing."),
            syncTimes.sample,
        ] + MetricSample.refusals(store.refusals) + commits.samples
    }

    // MARK: CatalogService, in process

    /// Always: this is the ledger.
    package func keepsLedger(on slot: LoopSlot) -> Bool { true }

    /// `query_by_item`, without a network between.
    package func stock(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Int64> {
        context.slot.eventLoop.makeCompletedFuture {
            try book(item).stock
        }
    }

    /// `query_by_item` with the price, without a network between.
    package func offer(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Offer> {
        context.slot.eventLoop.makeCompletedFuture {
            let book = try book(item)
            return Offer(stock: book.stock, price: book.price)
        }
    }

    /// `update`, without a network between.
    package func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome> {
        update(change, on: context.slot.eventLoop)
    }

    /// Sales after `sale`, without a network between.
    package func sales(
        after sale: SalePosition, limit: Int, context: CallContext
    ) -> EventLoopFuture<[LedgerSale]?> {
        sales(after: sale, limit: limit, on: context.slot.eventLoop).map { $0 }
    }
}

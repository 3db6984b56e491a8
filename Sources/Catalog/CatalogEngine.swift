package import Logging
package import Model
package import Monitoring
package import NIOCore
package import Services
package import Storage
internal import StoreAPI
internal import Synchronization

/// The catalog's rules: what a query and an update do, and what is logged of them.
package final class CatalogEngine: CatalogService {
    let store: any CatalogStoring
    let journal: Journal<CatalogChange, CatalogBatch>
    let shelf = SharedShelf()
    private let finder: BookFinder
    private let hasIndex: Bool
    /// Brings the shelf up to what other catalogs have written; nil where there are none.
    private let follower: ShelfFollower?
    let passwords = PasswordThread()
    /// Sales by day and topic.
    private let totals = LedgerTotals()
    /// A stock of so many copies is low.
    let lowStockMax: Int64
    private let queryLogging: QueryLogging
    private let queryCount = Atomic<Int>(0)

    /// An engine over an open store. It owns the store and the log from now on.
    ///
    /// - Parameters:
    ///   - logPath: the catalog log, which is completed from the ledger before this returns.
    ///   - broken: see ``Storage/Journal``.
    package init(
        store: any CatalogStoring, logPath: String, queryLogging: QueryLogging, lowStockMax: Int64 = 3,
        logger: Logger, execution: Execution = .threads, broken: @escaping @Sendable (any Error) -> Void
    ) throws {
        self.store = store
        self.queryLogging = queryLogging
        self.lowStockMax = lowStockMax
        let finder = BookFinder(catalog: store, shelf: shelf)
        self.finder = finder
        hasIndex = !execution.isStepped
        let follower = store.readIndex.map { [shelf] in
            ShelfFollower($0, store: store, shelf: shelf, execution: execution) { finder.follow() }
        }
        self.follower = follower
        try store.explained { [shelf] in try follower?.bringUp() ?? shelf.fill(from: store) }
        journal = try Journal(
            store, tier: "catalog", logPath: logPath, decision: .here, logger: logger, execution: execution,
            repair: { try CatalogLogRepair(path: logPath, store: store, logger: logger).run() },
            committed: { [shelf] in shelf.show($0.changes) },
            // One that follows looks by itself whether its shelf still fits.
            reopened: { [shelf] in if follower == nil { try shelf.fill(from: store) } }, broken: broken)
    }

    /// How many books are in the shop.
    var bookCount: Int { shelf.bookCount }

    /// What reads of the memory wait for, so that they see all that was committed before they began; nil where they need
    /// not wait, since only this process writes.
    ///
    /// - Returns: fails with ``Model/StoreError/unavailable`` while the database cannot be asked.
    func catchUp(on eventLoop: any EventLoop) -> EventLoopFuture<Void>? { follower?.catchUp(on: eventLoop) }

    /// The same as a future in any case, for what need not be as quick as a lookup.
    func current(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        catchUp(on: eventLoop) ?? eventLoop.makeSucceededVoidFuture()
    }

    /// `query_by_item`.
    ///
    /// - Throws: ``StoreError/unknownItem(_:)``; such a query is not executed and not logged.
    package func book(_ item: ItemNumber) throws(StoreError) -> Book {
        guard let book = shelf.book(item) else { throw .unknownItem(item) }
        noteQuery { "query_by_item,\(item)" }
        return book
    }

    /// `query_by_item` of a memory that has to catch up first; nil where it need not.
    ///
    /// The log's line of a book that is known is written at once: a purchase asks for query and update together, and
    /// its lines stand in that order.
    func book(_ item: ItemNumber, on eventLoop: any EventLoop) -> EventLoopFuture<Book>? {
        guard let current = catchUp(on: eventLoop) else { return nil }
        guard shelf.book(item) != nil else { return current.flatMapThrowing { try self.book(item) } }
        noteQuery { "query_by_item,\(item)" }
        return current.flatMapThrowing { [shelf] in
            guard let book = shelf.book(item) else { throw StoreError.unknownItem(item) }
            return book
        }
    }

    /// A book that is sold, for a list; nil for any other. Not logged.
    func bookInShop(_ item: ItemNumber) -> Book? { shelf.book(item) }

    /// `query_by_topic`: the topic's books in item-number order, none for an unknown topic.
    func listings(topic: String) -> [Listing] {
        let listings = shelf.listings(topic: topic)
        noteQuery { "query_by_topic,\(topic)" }
        return listings
    }

    /// The topics that have books, with how many. Sorted where no event loop waits for it.
    func topicLists(
        on eventLoop: any EventLoop, for client: ClientPresence?
    ) -> EventLoopFuture<TopicLists> {
        read(on: eventLoop, for: client) { [shelf] _ in shelf.topicLists() }
    }

    /// How many books a topic has, or all have together.
    func bookCount(topic: String?) -> Int { topic.map { shelf.listings(topic: $0).count } ?? bookCount }

    /// Books of a topic for a page, in item-number order. Not logged.
    func books(topic: String, after item: Int64, limit: Int) -> [Book] {
        shelf.books(topic: topic, after: item, limit: limit)
    }

    /// `update`, by group commit.
    ///
    /// - Parameter ended: told what became of it, once and on the event loop; see ``Services/CatalogService``.
    func update(
        _ change: StockChange, on eventLoop: any EventLoop,
        ended: @escaping @Sendable (Result<UpdateOutcome, any Error>) -> Void
    ) {
        if PlantedBug.isOn(.answersBeforeCommit), change.isSale, (shelf.book(change.item)?.stock ?? 0) > 0 {
            journal.submit(.update(change), on: eventLoop) { _ in }
            return ended(.success(.applied(sale: nil, replayed: false)))
        }
        journal.submit(.update(change), on: eventLoop) { outcome in
            switch outcome {
            case .success(let outcome): ended(.success(outcome.update))
            case .failure(let error): ended(.failure(error))
            }
        }
    }

    /// The same with a future.
    package func update(_ change: StockChange, on eventLoop: any EventLoop) -> EventLoopFuture<UpdateOutcome>
    {
        let promise = eventLoop.makePromise(of: UpdateOutcome.self)
        update(change, on: eventLoop) { promise.completeWith($0) }
        return promise.futureResult
    }

    /// What a storekeeper asks for, by group commit: whole or not at all.
    ///
    /// - Returns: the books as they are afterwards. Fails with ``StoreError/changed(_:current:)``,
    ///   ``StoreError/conflict(_:current:)``, ``StoreError/refusedLines(_:count:taken:)``,
    ///   ``StoreError/unknownItem(_:)`` or ``StoreError/keyReused``, and then nothing was changed.
    package func request(_ request: KeeperRequest, on eventLoop: any EventLoop) -> EventLoopFuture<
        [BookDetails]
    > {
        let made = keep(.keeper(request), on: eventLoop).map { $0.books }
        if PlantedBug.isOn(.answersEditBeforeCommit), case .edit = request.work {
            return eventLoop.makeSucceededFuture([])
        }
        return made
    }

    /// Writes a part of a file of books, by group commit: whole or not at all, and once.
    ///
    /// - Returns: what it came to. Fails with ``StoreError/refusedLines(_:count:taken:)`` or ``StoreError/keyReused``.
    func write(_ piece: ImportPiece, on eventLoop: any EventLoop) -> EventLoopFuture<ImportReport> {
        keep(.importing(piece), on: eventLoop).map { $0.imported }
    }

    /// Takes a part of a file of books back, by group commit.
    func undo(_ undo: ImportUndo, on eventLoop: any EventLoop) -> EventLoopFuture<UndoReport> {
        keep(.undoing(undo), on: eventLoop).map { $0.undone }
    }

    /// Commits a change that the search index follows in the same call. A simulation has no index: it has threads of its
    /// own.
    private func keep(
        _ change: CatalogChange, on eventLoop: any EventLoop
    ) -> EventLoopFuture<CatalogOutcome> {
        let made = journal.submit(change, on: eventLoop)
        if hasIndex { made.whenSuccess { [finder] _ in finder.follow() } }
        return made
    }

    /// Notes a query in the log. The line is made only if it is kept.
    private func noteQuery(_ line: () -> String) {
        switch queryLogging {
        case .all: journal.append(line())
        case .sampled:
            let count = queryCount.wrappingAdd(1, ordering: .relaxed).newValue
            if count % QueryLogging.sampledOneIn == 1 { journal.append(line()) }
        case .off: break
        }
    }

    /// Reads the disk, on a thread of its own.
    ///
    /// - Parameter client: for whom; what has not begun when they leave is not done.
    func read<Value: Sendable>(
        on eventLoop: any EventLoop, _ length: ReadLength = .short, for client: ClientPresence? = nil,
        _ body: @escaping @Sendable (any CatalogStoring) throws -> Value
    ) -> EventLoopFuture<Value> {
        journal.read(on: eventLoop, length) { [store] in
            guard client?.hasLeft != true else { throw StoreError.clientLeft }
            return try body(store)
        }
    }

    /// The books that are looked for: see ``BookFinder/find(_:for:done:)``.
    func find(
        _ query: FindQuery, for client: ClientPresence?, on eventLoop: any EventLoop
    ) -> EventLoopFuture<FoundBooks> {
        let promise = eventLoop.makePromise(of: FoundBooks.self)
        finder.find(query, for: client) { promise.completeWith($0) }
        return promise.futureResult
    }

    /// Begins to take the books into the index for ``find(_:for:on:)``, in the background.
    func followForFind() { finder.follow() }

    /// What was sold on the last `dayCount` days: see ``LedgerTotals``.
    func totals(
        dayCount: Int, today: Int64, in zone: ShopZone, on eventLoop: any EventLoop
    ) -> EventLoopFuture<[LedgerTotals.Total]> {
        read(on: eventLoop, .long) { [totals] in
            try totals.read(from: $0, dayCount: dayCount, today: today, in: zone)
        }
    }

    /// Sales after `sale`, in order. Reads the disk, on a thread of its own.
    package func sales(
        after sale: SalePosition, limit: Int, on eventLoop: any EventLoop
    ) -> EventLoopFuture<[LedgerSale]> {
        read(on: eventLoop) { try $0.sales(after: sale, limit: limit) }
    }

    /// Whether updates are taken: not after a fault of the disk.
    var takesUpdates: Bool { journal.takesChanges }

    /// Reopens the log after log rotation has renamed it.
    package func reopenLog() throws { try journal.reopenLog() }

    /// Ends a stepped engine as a crash does: its parts go with it, and what waits ends unanswered.
    func abandon() { journal.abandon() }

    /// Commits what waits, writes the log out and closes the store.
    package func shutdown() throws {
        finder.shutdown()
        follower?.close()
        try journal.shutdown()
    }

    /// The tier's own figures for the metrics page.
    package func samples() -> [MetricSample] {
        journal.samples(with: [
            MetricSample("bookstore_books", .gauge, Double(bookCount), help: "Books in the catalog."),
            MetricSample(
                "bookstore_ledger_movements_total", .counter, Double(store.lastMovement),
                help: "Stock and price changes in the ledger."),
            MetricSample(
                "bookstore_log_lines_dropped_total", .counter, Double(journal.droppedLineCount),
                help: "Query lines left out of catalog_log while its disk took nothing."),
        ]) + finder.samples()
    }

    // MARK: CatalogService, in process

    /// Always: this is the ledger.
    package func keepsLedger(on slot: LoopSlot) -> Bool { true }

    /// `query_by_item`, without a network between.
    package func stock(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Int64> {
        currentBook(item, on: context.slot.eventLoop).map(\.stock)
    }

    /// `query_by_item` with the price, without a network between.
    package func offer(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Offer> {
        currentBook(item, on: context.slot.eventLoop).map { Offer(stock: $0.stock, price: $0.price) }
    }

    private func currentBook(_ item: ItemNumber, on eventLoop: any EventLoop) -> EventLoopFuture<Book> {
        book(item, on: eventLoop) ?? eventLoop.makeCompletedFuture { try book(item) }
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

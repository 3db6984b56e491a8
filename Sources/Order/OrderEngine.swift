package import Logging
package import Model
package import Monitoring
package import NIOCore
package import Services
package import Storage
internal import Synchronization

/// The rules of a purchase.
///
/// The catalog's ledger decides a sale and makes it durable, in one transaction with the stock. What is
/// written here can always be completed from it, and is, by ``LedgerFollower``.
package final class OrderEngine: OrderService {
    private struct Pending {
        let item: ItemNumber
        let priceMax: Cents?
        /// Further requests with its key, which wait for its outcome.
        var joined: [EventLoopPromise<PurchaseOutcome>] = []
    }

    /// The purchase that another one has joined.
    private struct Earlier {
        let item: ItemNumber
        let priceMax: Cents?
        let outcome: EventLoopFuture<PurchaseOutcome>
    }

    private static let tier = "order"

    let catalog: any CatalogService
    private let store: any OrderStoring
    private let journal: Journal<OrderRecord, OrderBatch>
    /// Purchases being made, by key; bounded by the requests that a server takes on.
    private let pending = Mutex<[IdempotencyKey: Pending]>([:])

    /// An engine over an open store, which it owns from now on.
    ///
    /// - Parameters:
    ///   - logPath: the order log, which is completed from the store before this returns.
    ///   - broken: see ``Storage/Journal``.
    package init(
        catalog: any CatalogService, store: any OrderStoring, logPath: String, logger: Logger,
        execution: Execution = .threads, broken: @escaping @Sendable (any Error) -> Void
    ) throws {
        self.catalog = catalog
        self.store = store
        journal = try Journal(
            store, tier: Self.tier, logPath: logPath, decision: .elsewhere, logger: logger,
            execution: execution,
            repair: { try OrderLogRepair(path: logPath, store: store, logger: logger).run() },
            committed: { Self.reportMisfits($0, logger: logger) }, broken: broken)
    }

    /// Sales of the ledger that contradict the orders: which of the two is right cannot be known here.
    private static func reportMisfits(_ batch: OrderBatch, logger: Logger) {
        for (record, result) in zip(batch.stored, batch.results) {
            guard case .failure = result, let sale = record.sale else { continue }
            logger.error(
                """
                sale \(sale.number) of book \(record.item) under key \(record.key) is in the catalog's ledger, \
                but this store has another order for that key or number; see 'bookstore verify'
                """)
        }
    }

    /// Always: the limit goes to the catalog with the sale.
    package func heedsLimits(on slot: LoopSlot) -> Bool { true }

    /// Buys one unit while it costs at most `priceMax`; nil buys at any price. A second request with a key that is
    /// being worked on waits for the first one's outcome.
    package func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext,
        ended: @escaping PurchaseEnded
    ) {
        let earlier = pending.withLock { pending -> Earlier? in
            guard let (item, priceMax) = pending[key].map({ ($0.item, $0.priceMax) }) else {
                pending[key] = Pending(item: item, priceMax: priceMax)
                return nil
            }
            let promise = context.slot.eventLoop.makePromise(of: PurchaseOutcome.self)
            pending[key]?.joined.append(promise)
            return Earlier(item: item, priceMax: priceMax, outcome: promise.futureResult)
        }
        if let earlier {
            return join(earlier, item: item, key: key, priceMax: priceMax, context: context)
                .whenComplete(ended)
        }
        let told = { @Sendable (outcome: Result<PurchaseOutcome, any Error>) in
            let made = self.pending.withLock { $0.removeValue(forKey: key) }
            ended(outcome)
            for joined in made?.joined ?? [] { joined.completeWith(outcome) }
        }
        if catalog.keepsLedger(on: context.slot) {
            buyFromLedger(item, key: key, priceMax: priceMax, context: context, ended: told)
        } else {
            buyStepByStep(item, key: key, priceMax: priceMax, context: context).whenComplete(told)
        }
    }

    /// Waits for the purchase that is being made under the same key, as long as this request may take.
    private func join(
        _ earlier: Earlier, item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome> {
        let eventLoop = context.slot.eventLoop
        let joined = eventLoop.makePromise(of: PurchaseOutcome.self)
        let timer = eventLoop.scheduleTask(deadline: context.deadline) { joined.fail(StoreError.inProgress) }
        earlier.outcome.whenComplete { result in
            timer.cancel()
            joined.completeWith(result)
        }
        guard earlier.item != item else {
            guard earlier.priceMax != priceMax else { return joined.futureResult }
            // What was too expensive for the other need not be for this one.
            return joined.futureResult.flatMapError { error in
                guard case .aboveLimit? = error as? StoreError else {
                    return eventLoop.makeFailedFuture(error)
                }
                return self.buy(item, key: key, priceMax: priceMax, context: context)
            }
        }
        // Not this one's outcome, and nobody knows yet whose key it is: the other may come to nothing.
        return joined.futureResult.map { _ in }.flatMapError { error in
            error as? StoreError == .inProgress
                ? eventLoop.makeFailedFuture(error) : eventLoop.makeSucceededVoidFuture()
        }.flatMap { self.buy(item, key: key, priceMax: priceMax, context: context) }
    }

    // MARK: With a catalog that keeps the ledger

    /// The update decides alone: it checks the stock and the key in the same transaction that takes the unit.
    private func buyFromLedger(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext,
        ended: @escaping PurchaseEnded
    ) {
        catalog.sell(.sale(of: item, key: key, priceMax: priceMax), context: context) { result in
            switch result {
            case .success(let decided):
                self.settle(decided, item: item, key: key, context: context, ended: ended)
            case .failure where PlantedBug.isOn(.takesUnknownForFailed): ended(.success(.failed))
            case .failure where PlantedBug.isOn(.retriesWithNewKey):
                let again = StockChange.sale(of: item, key: .random(), priceMax: priceMax)
                self.catalog.update(again, context: context).flatMap {
                    self.settled($0, item: item, key: key, context: context)
                }.whenComplete(ended)
            case .failure(let error): ended(.failure(error))
            }
        }
    }

    /// What an error of this server's own store means when the catalog has decided: a copy that it sold is sold,
    /// and the order follows from the ledger.
    static func afterDecision(_ decided: UpdateOutcome, _ error: any Error) -> any Error {
        guard case .applied = decided, !PlantedBug.isOn(.takesOwnRefusalForCatalogs) else { return error }
        return (error as? StoreError)?.afterDecision(in: tier) ?? error
    }

    /// Writes the order down as the catalog decided it. An error then is told as one behind the decision.
    private func settle(
        _ decided: UpdateOutcome, item: ItemNumber, key: IdempotencyKey, context: CallContext,
        ended: @escaping PurchaseEnded
    ) {
        let origin: OrderRecord.Origin
        switch decided {
        case .applied(let sale?, let replayed): origin = replayed ? .ledgerEarlier(sale) : .ledger(sale)
        case .applied(nil, _): origin = .ownDecision(.success)
        case .refused:
            // A catalog with a ledger remembers the refusal itself.
            guard !catalog.keepsLedger(on: context.slot) else { return ended(.success(.failed)) }
            origin = .ownDecision(.failed)
        }
        if PlantedBug.isOn(.answersWithoutOrder) { return ended(.success(.success)) }
        journal.submit(OrderRecord(key: key, item: item, origin: origin), on: context.slot.eventLoop) {
            switch $0 {
            case .success(let outcome): ended(.success(outcome))
            case .failure(let error): ended(.failure(Self.afterDecision(decided, error)))
            }
        }
    }

    /// The same with a future.
    func settled(
        _ decided: UpdateOutcome, item: ItemNumber, key: IdempotencyKey, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome> {
        let promise = context.slot.eventLoop.makePromise(of: PurchaseOutcome.self)
        settle(decided, item: item, key: key, context: context) { promise.completeWith($0) }
        return promise.futureResult
    }

    /// Reads the disk, on a thread of its own.
    func read<Value: Sendable>(
        on eventLoop: any EventLoop, _ body: @escaping @Sendable (any OrderStoring) throws -> Value
    ) -> EventLoopFuture<Value> {
        journal.read(on: eventLoop, .short) { [store] in try body(store) }
    }

    // MARK: Orders

    /// Makes a customer's order. The catalog decides it, a repeated one too, so that two of one key need not wait for
    /// each other here.
    ///
    /// - Returns: fails as ``Services/CatalogService/order(_:context:)`` does.
    func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<PlacedOrder> {
        let eventLoop = context.slot.eventLoop
        return catalog.order(order, context: context).flatMap { [journal] decision in
            let placed = decision.order
            let share = OrderShare(
                order: placed.number, state: .placed,
                lines: placed.lines.map { OrderLine(item: $0.item, copies: $0.copies) })
            let record = OrderRecord(
                key: order.key, item: share.lines[0].item,
                origin: decision.replayed ? .ledgerEarlier(decision.sale) : .ledger(decision.sale),
                share: share)
            return journal.submit(record, on: eventLoop).map { _ in placed }.flatMapErrorThrowing {
                throw Self.afterDecision(.applied(sale: decision.sale, replayed: decision.replayed), $0)
            }
        }
    }

    // MARK: Following the ledger

    /// Stores the sales of the ledger that are missing here, up to `limit` of them.
    ///
    /// - Parameter isDue: which of them; called for each in order, on the context's event loop.
    /// - Returns: how many the ledger had; nil from a catalog without a ledger.
    func complete(
        limit: Int, context: CallContext,
        where isDue: @escaping @Sendable (SalePosition) -> Bool = { _ in true }
    ) -> EventLoopFuture<Int?> {
        guard catalog.keepsLedger(on: context.slot) else {
            return context.slot.eventLoop.makeSucceededFuture(nil)
        }
        let known = read(on: context.slot.eventLoop) { try $0.knownThrough }
        return known.flatMap { [catalog] in
            catalog.sales(after: $0, limit: limit, context: context)
        }.flatMap { sales in
            guard let sales else { return context.slot.eventLoop.makeSucceededFuture(nil) }
            let stored = sales.filter { isDue($0.position) }.map { sale in
                self.journal.submit(OrderRecord(sale), on: context.slot.eventLoop)
            }
            return EventLoopFuture.andAllSucceed(stored, on: context.slot.eventLoop).map { sales.count }
        }
    }

    /// Lines of the order log that no order claims.
    var unclaimedLogLineCount: Int { journal.unclaimedLineCount }

    // MARK: Lifecycle

    /// Reopens the log after log rotation has renamed it.
    package func reopenLog() throws { try journal.reopenLog() }

    /// Ends a stepped engine as a crash does: its parts go with it, and what waits ends unanswered.
    func abandon() { journal.abandon() }

    /// Commits what waits, writes the log out and closes the store.
    package func shutdown() throws { try journal.shutdown() }

    /// The tier's own figures for the metrics page.
    package func samples() -> [MetricSample] {
        journal.samples(with: [
            MetricSample(
                "bookstore_orders_total", .counter, Double(store.lastNumber - store.putBackCount),
                help: "Purchases and orders completed."),
            MetricSample(
                "bookstore_order_log_unclaimed_lines", .gauge, Double(unclaimedLogLineCount),
                help: "Lines of order_log that no order stands behind yet."),
        ])
    }
}

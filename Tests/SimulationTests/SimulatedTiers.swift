import Foundation
import Model
import Monitoring
import NIOCore
import Services
import Storage
import TierHTTP

@testable import Catalog
@testable import Frontend
@testable import Order

/// What a server is that others are beside: a number, and the database that all have.
struct Replica {
    let log: Int64
    let database: ModelledDatabase
}

/// The catalog: its real engine, store and log.
// Unchecked: a simulation has one thread.
final class SimulatedCatalog: SimulatedServer, @unchecked Sendable {
    private(set) var engine: CatalogEngine?
    private weak var store: CatalogStore?
    private weak var ghost: CatalogEngine?
    private let books: [Book]
    private let replica: Replica?
    private var image: DiskImage?

    var database: String { world.folder + "/data/" + CatalogStore.fileName }
    let log: String

    /// - Parameter replica: nil for the only one, which has a file.
    init(books: [Book], replica: Replica? = nil, world: World) {
        self.books = books
        self.replica = replica
        let name = "catalog" + (replica.map { "\($0.log)" } ?? "")
        log = world.folder + "/output/\(name)_log"
        super.init(name, world: world)
    }

    override var needsDatabase: Bool { replica != nil }

    override func open() throws {
        if let replica {
            try open(ModelledCatalogStore(log: replica.log, in: replica.database))
        } else {
            let store = try CatalogStore.open(folder: world.folder + "/data", firstBooks: { books })
            self.store = store
            try open(store)
        }
    }

    private func open(_ store: any CatalogStoring) throws {
        engine = try CatalogEngine(
            store: store, logPath: log, queryLogging: .all, logger: silent, execution: execution(),
            broken: { self.world.fault("the catalog gave up: \($0)") })
    }

    // Not before: what the repair has committed is synced, and no death takes it back.
    override func reached(_ point: Execution.Point) {
        if point == .beforeMark { image = imageOfYoungDeath(database: database, log: log) }
    }

    override var diesYoung: Bool { image != nil }

    override func capture(isPowerCut: Bool) {
        guard image == nil else { return }
        // The growing log is never synced, so a power cut may take any part of its end.
        image = DiskImage(database: database, log: log) { isPowerCut ? self.world.remaining(of: $0) : $0 }
    }

    override func letGo() {
        engine?.abandon()
        ghost = engine
        engine = nil
    }

    override func restore() throws {
        precondition(ghost == nil, "somebody still holds the dead catalog")
        try image?.restore()
        image = nil
    }

    /// Whether the ledger has a sale under `key`, as far as that is visible.
    func hasSold(under key: IdempotencyKey) -> Bool {
        if let replica { return replica.database.content.movement(under: key)?.sale != nil }
        guard isUp, let store else { return false }
        if let order = try? store.order(of: key) { return order.key == key }
        return (try? store.receipt(of: key))?.outcome == .success
    }

    func close() throws {
        try engine?.shutdown()
        engine = nil
    }
}

/// The order server: its real engine, store, log and ledger's follower.
// Unchecked: a simulation has one thread.
final class SimulatedOrder: SimulatedServer, @unchecked Sendable {
    private(set) var engine: OrderEngine?
    private(set) var link: SimulatedLink?
    private var store: (any OrderStoring)?
    private weak var ghost: OrderEngine?
    private let catalogs: [SimulatedCatalog]
    private let replica: Replica?
    private var follower: LedgerFollower?
    private var image: DiskImage?
    /// Lengths to which a power cut may cut the write-ahead log, because commits are not synced here.
    private var walLengths: [Int] = []

    var database: String { world.folder + "/data/" + OrderStore.fileName }
    let log: String

    /// - Parameter replica: nil for the only one, which has a file.
    init(catalogs: [SimulatedCatalog], replica: Replica? = nil, world: World) {
        self.catalogs = catalogs
        self.replica = replica
        let name = "order" + (replica.map { "\($0.log)" } ?? "")
        log = world.folder + "/output/\(name)_log"
        super.init(name, world: world)
    }

    override var needsDatabase: Bool { replica != nil }

    override func open() throws {
        let link = SimulatedLink("\(name)→catalog", to: catalogs, world: world)
        self.link = link
        let store: any OrderStoring =
            if let replica {
                try ModelledOrderStore(log: replica.log, in: replica.database)
            } else {
                try OrderStore(folder: world.folder + "/data")
            }
        image = imageOfYoungDeath(database: database, log: log)
        self.store = store
        let engine = try OrderEngine(
            catalog: CatalogOverLink(link: link, catalogs: catalogs), store: store, logPath: log,
            logger: silent, execution: execution(),
            broken: { self.world.fault("the order server gave up: \($0)") })
        self.engine = engine
        walLengths = [DiskImage.length(of: database + "-wal")]
        let catalogs = catalogs
        let world = world
        let follower = LedgerFollower(engine: engine, slot: world.slot, logger: silent) {
            let deadline = world.now + .seconds(1)
            return link.call("hello", isRead: true, mayBeRepeated: true, deadline: deadline) { place in
                catalogs[place].isUp ? world.loop.makeSucceededVoidFuture() : nil
            }
        }
        follower.start()
        self.follower = follower
    }

    override func reached(_ point: Execution.Point) {
        if point == .beforeLog { walLengths.append(DiskImage.length(of: database + "-wal")) }
    }

    override var diesYoung: Bool { image != nil }

    override func capture(isPowerCut: Bool) {
        follower?.stop()
        follower = nil
        guard image == nil else { return }
        image =
            isPowerCut
            ? DiskImage(database: database, log: log, walLength: world.pick(from: walLengths)) {
                self.world.remaining(of: $0)
            } : DiskImage(database: database, log: log)
    }

    override func letGo() {
        link?.close()
        engine?.abandon()
        ghost = engine
        engine = nil
        store = nil
    }

    override func restore() throws {
        precondition(ghost == nil, "somebody still holds the dead order server")
        try image?.restore()
        image = nil
    }

    func close() throws {
        follower?.stop()
        // It holds the engine and the open file of its lock. Every seed would leak one descriptor.
        follower = nil
        link?.close()
        world.loop.run()
        try engine?.shutdown()
        engine = nil
        store = nil
    }

    /// What the server does with a request: see `OrderRoutes`.
    func buy(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, trace: TraceContext
    ) -> EventLoopFuture<PurchaseOutcome>? {
        guard isUp, let engine else { return nil }
        let (isFirst, context) = meet(key, trace)
        let purchase = engine.buy(item, key: key, priceMax: priceMax, context: context)
        check(purchase.map { $0 == .success }, of: item, key: key) {
            // A copy at another order server, of which this one knows nothing, may have sold.
            isFirst && self.world.metKeys[key]?.count == 1
        }
        return purchase
    }

    /// The same for several books.
    func order(_ order: NewOrder, trace: TraceContext) -> EventLoopFuture<PlacedOrder>? {
        guard isUp, let engine else { return nil }
        let context = meet(order.key, trace).context
        let made = engine.order(order, context: context)
        check(made.map { _ in true }, of: nil, key: order.key) {
            // Copies of an order do not wait for each other here.
            self.world.metKeys[order.key] == [self.name: 1]
        }
        return made
    }

    private func meet(
        _ key: IdempotencyKey, _ trace: TraceContext
    ) -> (isFirst: Bool, context: CallContext) {
        let isFirst = world.metKeys[key, default: [:]].isEmpty
        world.metKeys[key, default: [:]][name, default: 0] += 1
        let context = CallContext(
            slot: world.slot, trace: trace, deadline: world.now + OrderRoutes.catalogTimeMax)
        return (isFirst, context)
    }

    /// - Parameters:
    ///   - item: the book of a purchase; nil of an order.
    ///   - isAlone: whether no other copy can have sold.
    private func check(
        _ sale: EventLoopFuture<Bool>, of item: ItemNumber?, key: IdempotencyKey,
        isAlone: @escaping @Sendable () -> Bool
    ) {
        let life = generation
        sale.whenComplete { result in
            guard self.generation == life else { return }
            switch result {
            case .success(true): self.checkRecord(of: item, key: key)
            case .failure(let error as StoreError) where isAlone():
                self.checkFault(error, key: key)
            default: break
            }
        }
    }

    /// An answer reports that nothing was done only if nothing was sold.
    private func checkFault(_ error: StoreError, key: IdempotencyKey) {
        switch error {
        case .unavailable(_, _, outcomeUnknown: false), .overloaded:
            if catalogs[0].hasSold(under: key) { world.fault("key \(key) sold a unit, and got: \(error)") }
        default: break
        }
    }

    /// A Success is answered only when the order is written down.
    private func checkRecord(of item: ItemNumber?, key: IdempotencyKey) {
        let known: ItemNumber?? =
            if let replica {
                replica.database.content.order(under: key).map { $0.share == nil ? $0.item : nil }
            } else {
                (try? store?.outcome(of: key)).map { $0.item }
            }
        if known != .some(item) { world.fault("Success for key \(key) without a record") }
    }
}

/// The frontend, which has no state.
// Unchecked: a simulation has one thread.
final class SimulatedFrontend: SimulatedServer, @unchecked Sendable {
    private(set) var orderLink: SimulatedLink?
    private(set) var catalogLink: SimulatedLink?
    private let catalogs: [SimulatedCatalog]
    private let orders: [SimulatedOrder]

    init(_ name: String, catalogs: [SimulatedCatalog], orders: [SimulatedOrder], world: World) {
        self.catalogs = catalogs
        self.orders = orders
        super.init(name, world: world)
    }

    override func open() {
        let orderLink = SimulatedLink("\(name)→order", to: orders, world: world)
        self.orderLink = orderLink
        let catalogLink = SimulatedLink("\(name)→catalog", to: catalogs, world: world)
        self.catalogLink = catalogLink
    }

    override func letGo() {
        orderLink?.close()
        catalogLink?.close()
    }

    func buy(
        _ item: ItemNumber, key: IdempotencyKey?, trace: TraceContext
    ) -> EventLoopFuture<PurchaseOutcome>? {
        guard isUp, let orderLink, let catalogLink else { return nil }
        let promise = world.loop.makePromise(of: PurchaseOutcome.self)
        OrderOverLink(link: orderLink, orders: orders).buy(
            item, key: key ?? .random(), priceMax: nil,
            comparedAt: CatalogOverLink(link: catalogLink, catalogs: catalogs), context: context(trace)
        ) { promise.completeWith($0) }
        return promise.futureResult
    }

    func order(_ order: NewOrder, trace: TraceContext) -> EventLoopFuture<PlacedOrder>? {
        guard isUp, let orderLink else { return nil }
        return OrderOverLink(link: orderLink, orders: orders).order(order, context: context(trace))
    }

    func step(_ change: CatalogChange, trace: TraceContext) -> EventLoopFuture<PlacedOrder>? {
        guard isUp, let catalogLink else { return nil }
        return CatalogOverLink(link: catalogLink, catalogs: catalogs).step(change, context: context(trace))
    }

    private func context(_ trace: TraceContext) -> CallContext {
        CallContext(slot: world.slot, trace: trace, deadline: world.now + TierRelay.changeTimeMax)
    }

    func lookup(_ item: ItemNumber) -> EventLoopFuture<Book>? {
        guard isUp, let catalogLink else { return nil }
        let deadline = world.now + TierRelay.readTimeMax
        let catalogs = catalogs
        let world = world
        return catalogLink.call("lookup \(item)", isRead: true, mayBeRepeated: true, deadline: deadline) {
            place in
            guard catalogs[place].isUp, let engine = catalogs[place].engine else { return nil }
            return engine.current(on: world.loop).flatMapThrowing { try engine.book(item) }
        }
    }
}

extension World {
    /// How much of a log's `length` bytes a power cut leaves: mostly it takes only the last lines.
    func remaining(of length: Int) -> Int {
        chance(percent: 80) ? max(0, length - pick(0...80)) : pick(0...max(0, length))
    }
}

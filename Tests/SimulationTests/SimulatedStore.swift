import Audit
import Foundation
import Linearizability
import Model
import NIOCore
import Storage

@testable import Catalog
@testable import Order

/// A whole store with its clients and its faults, from the first request to the audit.
// Unchecked: a simulation has one thread.
final class SimulatedStore: @unchecked Sendable {
    static let clientCount = 3
    static let operationCountPerClient = 10
    static let customerCount = 2
    static let requestCountPerCustomer = 6
    static let faultCountMax = 10
    /// As a catalog has it where nothing else is set.
    private static let lowStockMax: Int64 = 3
    /// About a second; a right history of this size takes some hundred steps.
    private static let checkerStepCountMax = 200_000
    /// How long faults come.
    private static let stormMillis = 4_000
    /// The time limit after the end of the faults. A client's patience is most of it.
    private static let recoverySeconds: Int64 = 60

    let world: World
    let catalogs: [SimulatedCatalog]
    let orders: [SimulatedOrder]
    /// What several of a tier write to; nil where each tier has one server with a file.
    private let database: ModelledDatabase?
    let frontends: [SimulatedFrontend]
    /// The books that clients buy.
    let items: [ItemNumber]
    /// The books that customers order: those and others.
    let orderedItems: [ItemNumber]
    /// A book that goes and comes back, and that nobody buys.
    let keptItem: ItemNumber
    var history = ClientHistory()
    var orderHistory = OrderHistory()
    private let books: [Book]
    /// The faults of this seed's store: a few frequent kinds find more than all kinds at a low rate.
    private let misfortunes: [Misfortune]
    private var restockCount: Int64 = 0
    private var servers: [SimulatedServer] { catalogs + orders + frontends }

    /// - Parameters:
    ///   - folder: with `data` and `output` in it, both empty.
    ///   - isReplicated: whether there are two of each tier over one database.
    init(seed: UInt64, folder: String, isReplicated: Bool) throws {
        world = World(seed: seed, folder: folder)
        let world = world
        let sold = Book.defaults.prefix(2).map { book in
            var book = book
            book.stock = Int64(world.pick(0...5))
            return book
        }
        let (kept, ordered) = (Book.defaults[2], Book.defaults[3])
        // No other number of copies: new databases are kept for copying.
        let further = ItemNumber(5).map {
            Book(item: $0, title: "Swift", topic: ordered.topic, price: ordered.price, stock: 4)
        }
        books = sold + [kept, ordered] + [further].compactMap { $0 }
        items = sold.map(\.item)
        orderedItems = books.map(\.item).filter { $0 != kept.item }
        keptItem = kept.item
        let kinds = Misfortune.allCases.filter { _ in world.chance(percent: 45) }
        misfortunes = kinds.isEmpty ? Misfortune.allCases : kinds
        let books = books
        let database = isReplicated ? ModelledDatabase(books: books, world: world) : nil
        self.database = database
        let replicas =
            database.map { database in
                (1...2).map { Replica(log: $0, database: database) as Replica? }
            } ?? [nil]
        let catalogs = replicas.map { SimulatedCatalog(books: books, replica: $0, world: world) }
        let orders = replicas.map { SimulatedOrder(catalogs: catalogs, replica: $0, world: world) }
        (self.catalogs, self.orders) = (catalogs, orders)
        frontends = (1...2).map { number in
            SimulatedFrontend("frontend\(number)", catalogs: catalogs, orders: orders, world: world)
        }
        if !isReplicated, world.chance(percent: 90) {
            try NewDatabases.put(in: folder + "/data", books: books)
        }
    }

    /// Units by which a restock is known in the ledger: small enough that books sell out again.
    func nextRestockUnits() -> Int64 {
        restockCount += 1
        return restockCount
    }

    /// What books cost at first.
    var openingPrices: [ItemNumber: Cents] {
        Dictionary(uniqueKeysWithValues: books.map { ($0.item, $0.price) })
    }

    // MARK: The run

    func run() {
        world.weather = Weather(
            lossPercent: world.pick(from: [0, 0, 2, 8, 20]),
            duplicationPercent: world.pick(from: [0, 5, 25]),
            lateness: world.pick(from: [0, 5, 20]))
        for server in world.chance(percent: 50) ? servers : servers.reversed() { server.start() }
        let keeper = SimulatedKeeper(of: self)
        let clients = (1...Self.clientCount).map {
            SimulatedClient($0, operationCount: Self.operationCountPerClient, store: self)
        }
        let customers = (1...Self.customerCount).map {
            SimulatedCustomer(
                Self.clientCount + $0, requestCount: Self.requestCountPerCustomer, store: self)
        }
        let participants: [any Participant] = clients + [keeper] + customers + [SimulatedDesk(of: self)]
        for participant in participants { participant.start() }
        let reader = SimulatedReader(of: self)
        reader.start()
        for _ in 0..<world.pick(0...Self.faultCountMax) {
            world.after(micros: 0...(Self.stormMillis * 1_000)) { self.strike() }
        }
        world.loop.advanceTime(to: .uptimeNanoseconds(0) + .milliseconds(Int64(Self.stormMillis)))
        heal()
        let end = world.now + .seconds(Self.recoverySeconds)
        while !participants.allSatisfy(\.isDone), world.now < end {
            world.loop.advanceTime(by: .milliseconds(100))
        }
        for participant in participants where !participant.isDone {
            world.fault("\(participant.name) gets no answer")
        }
        // "Within 5 seconds of the tiers being back, without anybody asking."
        world.loop.advanceTime(by: .seconds(5))
        reader.stop()
        world.loop.advanceTime(by: .seconds(1))
        check(keeper, reader)
        stop()
    }

    private func heal() {
        world.heal()
        database?.heal()
        for server in servers {
            server.ambush = nil
            server.frozenUntil = world.now
        }
        // A dead tier restarts by itself, in less than a second.
        world.loop.advanceTime(by: .seconds(1))
    }

    /// A kind of fault.
    private enum Misfortune: CaseIterable {
        case death
        case deathInCommit
        case diskFault
        case powerCut
        case deathOfAll
        case freeze
        case cut
    }

    private func strike() {
        guard !world.isHealed else { return }
        if let database, world.chance(percent: 40) { return database.strike() }
        let server = world.pick(from: servers)
        let down = world.pick(1_000...900_000)
        switch world.pick(from: misfortunes) {
        case .death: server.die(isPowerCut: false, downMicros: down)
        case .deathInCommit: ambush(isDeadly: true)
        case .diskFault: ambush(isDeadly: false)
        case .powerCut:
            world.record("the power goes out")
            for server in servers {
                server.die(isPowerCut: true, downMicros: down + world.pick(0...100_000))
            }
        case .deathOfAll: for server in servers { server.die(isPowerCut: false, downMicros: down) }
        case .freeze:
            world.record("\(server.name) freezes")
            server.frozenUntil = world.now + .milliseconds(Int64(world.pick(1...2_000)))
        case .cut:
            let links = orders.map(\.link) + frontends.flatMap { [$0.orderLink, $0.catalogLink] }
            let link = world.pick(from: links.compactMap { $0 })
            world.record("\(link.name) is cut")
            link.breakConnection()
            link.cutUntil = world.now + .milliseconds(Int64(world.pick(1...1_500)))
        }
    }

    private func ambush(isDeadly: Bool) {
        let server: SimulatedServer = world.chance(percent: 60) ? one(of: catalogs) : one(of: orders)
        server.ambush = SimulatedServer.Ambush(
            point: world.pick(from: [.beforeCommit, .beforeLog, .beforeAnswer]), isDeadly: isDeadly,
            isPowerCut: world.chance(percent: 40))
    }

    private func one<Server>(of servers: [Server]) -> Server {
        servers.count > 1 ? world.pick(from: servers) : servers[0]
    }

    // MARK: The audit

    private func stop() {
        for server in servers { server.ambush = nil }
        do {
            for order in orders { try order.close() }
            for catalog in catalogs { try catalog.close() }
        } catch {
            world.fault("the store does not stop in order: \(error)")
        }
        for frontend in frontends { frontend.letGo() }
    }

    private func check(_ keeper: SimulatedKeeper, _ reader: SimulatedReader) {
        for server in servers where !server.isUp { world.fault("\(server.name) is not up") }
        // The shelf of one that nobody has asked may be older.
        for catalog in catalogs {
            catalog.engine?.catchUp(on: world.loop)?.whenFailure {
                self.world.fault("\(catalog.name) does not read on: \($0)")
            }
        }
        if database != nil { world.loop.advanceTime(by: .seconds(1)) }
        do {
            let ledger =
                try database?.content.ledgerSnapshot
                ?? CatalogSnapshot.read(folder: world.folder + "/data")
            let orders =
                try database.map { OrderSnapshot(orders: $0.content.orders) }
                ?? OrderStoreSnapshot.read(folder: world.folder + "/data")
            try audit(ledger, orders)
            checkPurchases(ledger, orders)
            checkRestocks(ledger)
            keeper.check(ledger)
            for fault in orderHistory.faults(of: ledger) { world.fault(fault) }
            reader.check(ledger, lowStockMax: Self.lowStockMax)
            checkHistory()
            for catalog in catalogs { check(catalog, ledger) }
        } catch {
            world.fault("the audit failed: \(error)")
        }
    }

    private func check(_ catalog: SimulatedCatalog, _ ledger: LedgerSnapshot) {
        guard let engine = catalog.engine else { return }
        if !engine.takesUpdates { world.fault("\(catalog.name) takes no updates") }
        for state in ledger.books {
            let shown = try? engine.book(state.now.item)
            guard shown != (state.isRetired ? nil : state.now) else { continue }
            world.fault("the shelf shows another book \(state.now.item) than the ledger has")
        }
    }

    /// Like `bookstore verify`.
    private func audit(_ ledger: LedgerSnapshot, _ orders: OrderSnapshot) throws {
        var audit = BooksAudit()
        audit.check(ledger: ledger)
        audit.check(orders: orders, against: ledger)
        audit.add(BooksAudit.missingOrders(orders, of: ledger))
        let output = world.folder + "/output"
        for (index, order) in self.orders.enumerated() {
            let own = OrderSnapshot(orders: orders.orders.filter { $0.log == index + 1 })
            let lines = try audit.count(orderLog: OperationLogFiles(named: "\(order.name)_log", in: output))
            audit.checkNoMore(lines: lines, than: own, name: order.name)
            audit.add(BooksAudit.missingLines(lines, of: own, name: order.name))
        }
        for (index, catalog) in catalogs.enumerated() {
            let own = LedgerSnapshot(
                ledger: ledger.ledger, books: ledger.books,
                movements: ledger.movements.filter { $0.log == index + 1 })
            let updateCount = try audit.check(
                catalogLog: OperationLogFiles(named: "\(catalog.name)_log", in: output), against: own,
                name: catalog.name)
            if updateCount != own.movements.count {
                world.fault("the log of \(catalog.name) has \(updateCount) updates of \(own.movements.count)")
            }
        }
        for discrepancy in audit.discrepancies { world.fault("audit: \(discrepancy)") }
    }

    /// A key sold one unit if it was answered Success, and none otherwise.
    private func checkPurchases(_ ledger: LedgerSnapshot, _ orders: OrderSnapshot) {
        var sold: [IdempotencyKey: ItemNumber] = [:]
        for movement in ledger.movements where movement.sale != nil {
            guard case .update = movement.entry else { continue }
            if let key = movement.change.key { sold[key] = movement.change.item }
        }
        for key in history.keys {
            guard let purchase = history.purchases[key] else { continue }
            let isSold = sold.removeValue(forKey: key) == purchase.item
            switch purchase.outcome {
            case .success where !isSold: world.fault("key \(key) was answered Success and sold nothing")
            case .failed where isSold: world.fault("key \(key) was answered Failed and sold a unit")
            case nil: world.fault("key \(key) never got an answer")
            default: break
            }
        }
        // The rest was sold under keys of the frontend.
        if sold.count < history.keylessSuccessCount { world.fault("a sale without a client's key is lost") }
        if sold.count > history.keylessCount { world.fault("\(sold.count) sales without a client's key") }
    }

    private func checkHistory() {
        let initial = books.map { ($0.item, BookState(stock: $0.stock, price: $0.price)) }
        let verdict = LinearizabilityChecker.check(
            History(history.operations), initial: Dictionary(uniqueKeysWithValues: initial),
            stepCountMax: Self.checkerStepCountMax)
        switch verdict {
        case .linearizable: break
        case .undecided, .undecidedTogether: world.record("nobody knows whether the history is linearizable")
        case .violation(let item, let explanation):
            world.fault("the history of book \(item) is not linearizable: \(explanation)")
        }
    }

    private func checkRestocks(_ ledger: LedgerSnapshot) {
        var counts: [Int64: Int] = [:]
        for movement in ledger.movements where movement.sale == nil {
            guard case .update = movement.entry else { continue }
            counts[movement.change.units ?? 0, default: 0] += 1
        }
        for (units, wasAnswered) in history.restocks.sorted(by: { $0.key < $1.key }) {
            let count = counts[units, default: 0]
            if count > 1 { world.fault("the restock of \(units) was made \(count) times") }
            if wasAnswered, count == 0 { world.fault("the restock of \(units) was answered and is lost") }
        }
    }
}

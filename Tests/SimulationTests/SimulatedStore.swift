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
    static let faultCountMax = 10
    /// About a second; a right history of this size takes some hundred steps.
    private static let checkerStepCountMax = 200_000
    /// How long faults come.
    private static let stormMillis = 4_000
    /// The time limit after the end of the faults. A client's patience is most of it.
    private static let recoverySeconds: Int64 = 60

    let world: World
    let catalog: SimulatedCatalog
    let order: SimulatedOrder
    let frontends: [SimulatedFrontend]
    let items: [ItemNumber]
    var history = ClientHistory()
    private let books: [Book]
    /// The faults of this seed's store: a few frequent kinds find more than all kinds at a low rate.
    private let misfortunes: [Misfortune]
    private var restockCount: Int64 = 0
    private var servers: [SimulatedServer] { [catalog, order] + frontends }

    /// - Parameter folder: with `data` and `output` in it, both empty.
    init(seed: UInt64, folder: String) throws {
        world = World(seed: seed, folder: folder)
        let world = world
        books = Book.defaults.prefix(2).map { book in
            var book = book
            book.stock = Int64(world.pick(0...5))
            return book
        }
        items = books.map(\.item)
        let kinds = Misfortune.allCases.filter { _ in world.chance(percent: 45) }
        misfortunes = kinds.isEmpty ? Misfortune.allCases : kinds
        catalog = SimulatedCatalog(books: books, world: world)
        order = SimulatedOrder(catalog: catalog, world: world)
        let catalog = catalog
        let order = order
        frontends = (1...2).map { number in
            SimulatedFrontend("frontend\(number)", catalog: catalog, order: order, world: world)
        }
        if world.chance(percent: 90) { try NewDatabases.put(in: folder + "/data", books: books) }
    }

    /// Units by which a restock is known in the ledger: small enough that books sell out again.
    func nextRestockUnits() -> Int64 {
        restockCount += 1
        return restockCount
    }

    // MARK: The run

    func run() {
        world.weather = Weather(
            lossPercent: world.pick(from: [0, 0, 2, 8, 20]),
            duplicationPercent: world.pick(from: [0, 5, 25]),
            lateness: world.pick(from: [0, 5, 20]))
        for server in world.chance(percent: 50) ? servers : servers.reversed() { server.start() }
        let clients = (1...Self.clientCount).map {
            SimulatedClient($0, operationCount: Self.operationCountPerClient, store: self)
        }
        for client in clients { client.start() }
        for _ in 0..<world.pick(0...Self.faultCountMax) {
            world.after(micros: 0...(Self.stormMillis * 1_000)) { self.strike() }
        }
        world.loop.advanceTime(to: .uptimeNanoseconds(0) + .milliseconds(Int64(Self.stormMillis)))
        heal()
        let end = world.now + .seconds(Self.recoverySeconds)
        while !clients.allSatisfy(\.isDone), world.now < end {
            world.loop.advanceTime(by: .milliseconds(100))
        }
        for client in clients where !client.isDone { world.fault("\(client.name) gets no answer") }
        // "Within 5 seconds of the tiers being back, without anybody asking."
        world.loop.advanceTime(by: .seconds(5))
        check()
        stop()
    }

    private func heal() {
        world.heal()
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
            let links = [order.link] + frontends.flatMap { [$0.orderLink, $0.catalogLink] }
            let link = world.pick(from: links.compactMap { $0 })
            world.record("\(link.name) is cut")
            link.breakConnection()
            link.cutUntil = world.now + .milliseconds(Int64(world.pick(1...1_500)))
        }
    }

    private func ambush(isDeadly: Bool) {
        let server: SimulatedServer = world.chance(percent: 60) ? catalog : order
        server.ambush = SimulatedServer.Ambush(
            point: world.pick(from: Execution.Point.allCases), isDeadly: isDeadly,
            isPowerCut: world.chance(percent: 40))
    }

    // MARK: The audit

    private func stop() {
        for server in servers { server.ambush = nil }
        do {
            try order.close()
            try catalog.close()
        } catch {
            world.fault("the store does not stop in order: \(error)")
        }
        for frontend in frontends { frontend.letGo() }
    }

    private func check() {
        for server in servers where !server.isUp { world.fault("\(server.name) is not up") }
        if let engine = catalog.engine, !engine.takesUpdates { world.fault("the catalog takes no updates") }
        do {
            let ledger = try CatalogSnapshot.read(folder: world.folder + "/data")
            let orders = try OrderStoreSnapshot.read(folder: world.folder + "/data")
            try audit(ledger, orders)
            checkPurchases(ledger, orders)
            checkRestocks(ledger)
            checkHistory()
            for state in ledger.books where catalog.engine?.shown(state.now.item) != state.now.stock {
                world.fault("the shelf shows another stock of book \(state.now.item) than the ledger has")
            }
        } catch {
            world.fault("the audit failed: \(error)")
        }
    }

    /// Like `bookstore verify`.
    private func audit(_ ledger: LedgerSnapshot, _ orders: OrderSnapshot) throws {
        let catalogLog = try OperationLogFiles(named: "catalog_log", in: world.folder + "/output")
        let orderLog = try OperationLogFiles(named: "order_log", in: world.folder + "/output")
        var audit = BooksAudit()
        audit.check(ledger: ledger)
        audit.check(orders: orders, against: ledger)
        audit.add(BooksAudit.missingOrders(orders, of: ledger))
        let lines = try audit.count(orderLog: orderLog)
        audit.checkNoMore(lines: lines, than: orders)
        audit.add(BooksAudit.missingLines(lines, of: orders))
        let updateCount = try audit.check(catalogLog: catalogLog, against: ledger)
        if updateCount != ledger.movements.count {
            world.fault("the catalog log has \(updateCount) updates of \(ledger.movements.count)")
        }
        for discrepancy in audit.discrepancies { world.fault("audit: \(discrepancy)") }
    }

    /// A key sold one unit if it was answered Success, and none otherwise.
    private func checkPurchases(_ ledger: LedgerSnapshot, _ orders: OrderSnapshot) {
        var sold: [IdempotencyKey: ItemNumber] = [:]
        for movement in ledger.movements where movement.sale != nil {
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
        guard case .violation(let item, let explanation) = verdict else { return }
        world.fault("the history of book \(item) is not linearizable: \(explanation)")
    }

    private func checkRestocks(_ ledger: LedgerSnapshot) {
        var counts: [Int64: Int] = [:]
        for movement in ledger.movements where movement.sale == nil {
            counts[movement.change.units ?? 0, default: 0] += 1
        }
        for (units, wasAnswered) in history.restocks.sorted(by: { $0.key < $1.key }) {
            let count = counts[units, default: 0]
            if count > 1 { world.fault("the restock of \(units) was made \(count) times") }
            if wasAnswered, count == 0 { world.fault("the restock of \(units) was answered and is lost") }
        }
    }
}

extension CatalogEngine {
    /// The stock in the answer to a lookup.
    func shown(_ item: ItemNumber) -> Int64? { try? book(item).stock }
}

import Audit
import Linearizability
import Model
import Monitoring
import NIOCore
import Services

@testable import Catalog

/// A client that buys and restocks, one request at a time, repeated where a key allows it.
// Unchecked: a simulation has one thread.
final class SimulatedClient: Participant, @unchecked Sendable {
    private static let purchaseTimeMax = TimeAmount.seconds(7)
    private static let restockTimeMax = TimeAmount.seconds(3)

    /// Something that a client does.
    enum Habit: CaseIterable {
        case buy
        case buyTwice
        case askAgain
        case buyWithoutKey
        case lookUp
        case restock
    }

    let number: Int
    var name: String { "client\(number)" }
    private let world: World
    private let store: SimulatedStore
    private let frontendLinks: [(frontend: SimulatedFrontend, link: SimulatedLink)]
    private let catalogLink: SimulatedLink
    /// The actions to choose from. A repeated one is chosen more often.
    private let habits: [Habit]
    private var left: Int
    private var lastKey = 0
    /// Purchases abandoned without an answer. They are repeated at the end.
    private var abandoned: [(item: ItemNumber, key: IdempotencyKey)] = []
    /// Books to look up at the end.
    private var unseen: [ItemNumber]
    private(set) var isDone = false

    init(_ number: Int, operationCount: Int, store: SimulatedStore) {
        self.number = number
        self.store = store
        self.world = store.world
        left = operationCount
        unseen = store.items
        let world = store.world
        let often = (0..<2).map { _ in world.pick(from: Habit.allCases) }
        habits = Habit.allCases + [.buy, .buy, .lookUp] + often + often
        frontendLinks = store.frontends.map { frontend in
            (frontend, SimulatedLink("client\(number)→\(frontend.name)", to: [frontend], world: world))
        }
        catalogLink = SimulatedLink("client\(number)→catalog", to: store.catalogs, world: world)
    }

    func start() { world.after(micros: 0...20_000) { self.next() } }

    private func next() {
        guard left > 0 else { return finish() }
        left -= 1
        let item = world.pick(from: store.items)
        switch world.pick(from: habits) {
        case .buy: insist(item, newKey()) { self.pause() }
        case .buyTwice: buyTwice(item)
        case .askAgain: askAgain()
        case .buyWithoutKey: request(item, nil).whenComplete { _ in self.pause() }
        case .lookUp: lookUp(item) { self.pause() }
        case .restock: restock(item)
        }
    }

    private func pause() {
        world.after(micros: 0...(world.chance(percent: 20) ? 400_000 : 30_000)) { self.next() }
    }

    // MARK: Purchases

    private func newKey() -> IdempotencyKey {
        lastKey += 1
        return IdempotencyKey(trusted: "\(name)-\(lastKey)")
    }

    /// Sends one request and records its answer; nil without an answer.
    private func request(_ item: ItemNumber, _ key: IdempotencyKey?) -> EventLoopFuture<PurchaseOutcome?> {
        let request = store.history.begin(.buy(key: key), of: item, by: number, at: world.now)
        return send(item, key).map { outcome in
            self.world.record("\(self.name) gets \(outcome.rawValue)\(key.map { " for \($0)" } ?? "")")
            self.end(request, outcome == .success ? .success : .failed)
            return outcome
        }.flatMapErrorThrowing { error in
            switch error as? StoreError {
            case .unavailable, .overloaded, .inProgress: break
            default: self.world.fault("\(self.name) got \(error) for \(key?.text ?? "no key")")
            }
            return nil
        }
    }

    private func send(_ item: ItemNumber, _ key: IdempotencyKey?) -> EventLoopFuture<PurchaseOutcome> {
        let parts = world.context(seconds: Self.purchaseTimeMax)
        // A repetition may use another route.
        let (frontend, link) = world.pick(from: frontendLinks)
        world.record("\(name) buys \(item)\(key.map { " with \($0)" } ?? "")")
        return link.call(
            "buy \(item)", isRead: false, mayBeRepeated: key != nil, deadline: parts.deadline
        ) { _ in frontend.buy(item, key: key, trace: parts.trace) }
    }

    private func end(_ request: Int, _ outcome: HistoryOperation.Outcome) {
        if let wrong = store.history.end(request, outcome, at: world.now) { world.fault(wrong) }
    }

    /// Asks until there is an answer, or gives up.
    private func insist(
        _ item: ItemNumber, _ key: IdempotencyKey, then proceed: @escaping @Sendable () -> Void
    ) {
        request(item, key).whenSuccess { outcome in
            if outcome != nil { return proceed() }
            if !self.world.isHealed, self.world.chance(percent: 20) {
                self.world.record("\(self.name) gives \(key) up")
                self.abandoned.append((item, key))
                return proceed()
            }
            let again = { @Sendable in
                self.world.after(micros: 1_000...200_000) { self.insist(item, key, then: proceed) }
            }
            // Without an answer the client looks up the book.
            if self.world.chance(percent: 40) { self.lookUp(item, then: again) } else { again() }
        }
    }

    /// Two concurrent copies of a purchase, as by a double click.
    private func buyTwice(_ item: ItemNumber) {
        let key = newKey()
        let second = request(item, key)
        insist(item, key) { second.whenComplete { _ in self.pause() } }
    }

    /// An old key: with its book it gets its first answer, with another book it is refused.
    private func askAgain() {
        let settled = store.history.keys.filter { store.history.purchases[$0]?.outcome != nil }
        guard !settled.isEmpty else { return pause() }
        let key = world.pick(from: settled)
        guard let item = store.history.purchases[key]?.item else { return pause() }
        guard world.chance(percent: 30), let other = store.items.first(where: { $0 != item }) else {
            return request(item, key).whenComplete { _ in self.pause() }
        }
        send(other, key).whenComplete { result in
            if case .success(let outcome) = result {
                self.world.fault("\(outcome) for key \(key) of book \(item) with another book")
            }
            self.pause()
        }
    }

    // MARK: Reads and restocks

    private func lookUp(_ item: ItemNumber, then proceed: @escaping @Sendable () -> Void) {
        let request = store.history.begin(.lookup, of: item, by: number, at: world.now)
        let (frontend, link) = world.pick(from: frontendLinks)
        let parts = world.context(seconds: Self.purchaseTimeMax)
        link.call("lookup \(item)", isRead: true, mayBeRepeated: true, deadline: parts.deadline) { _ in
            frontend.lookup(item)
        }.whenComplete { result in
            if case .success(let book) = result {
                self.world.record("\(self.name) sees \(book.stock) of book \(item)")
                self.end(request, .found(BookState(stock: book.stock, price: book.price)))
            }
            proceed()
        }
    }

    /// Adds a number of copies that no other restock has, and perhaps sets a new price.
    private func restock(_ item: ItemNumber) {
        let units = store.nextRestockUnits()
        let price = world.chance(percent: 30) ? Cents(Int64(world.pick(1...9) * 100)) : nil
        let key = world.chance(percent: 50) ? newKey() : nil
        let request = store.history.begin(
            .update(units: units, price: price), of: item, by: number, at: world.now)
        let parts = world.context(seconds: Self.restockTimeMax)
        let context = CallContext(slot: world.slot, trace: parts.trace, deadline: parts.deadline)
        world.record("\(name) adds \(units) to book \(item)")
        CatalogOverLink(link: catalogLink, catalogs: store.catalogs)
            .update(StockChange(item: item, price: price, units: units, key: key), context: context)
            .whenComplete { result in
                if case .success(let outcome) = result {
                    self.world.record("\(self.name) has added \(units): \(outcome)")
                    var isApplied = false
                    if case .applied = outcome { isApplied = true }
                    self.end(request, isApplied ? .success : .failed)
                    return self.pause()
                }
                self.lookUp(item) { self.pause() }
            }
    }

    /// Requests every missing answer, and every book, once all tiers work again.
    private func finish() {
        guard world.isHealed else { return world.after(micros: 50_000...50_000) { self.finish() } }
        if let owed = abandoned.popLast() { return insist(owed.item, owed.key) { self.finish() } }
        guard let item = unseen.popLast() else {
            isDone = true
            return world.record("\(name) is done")
        }
        lookUp(item) { self.finish() }
    }
}

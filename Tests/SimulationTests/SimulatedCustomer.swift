import Linearizability
import Model
import Monitoring
import NIOCore
import Services

@testable import Catalog

/// A customer who orders several books, and cancels. Each request is repeated with its key until it is answered, some of
/// them much later.
// Unchecked: a simulation has one thread.
final class SimulatedCustomer: Participant, @unchecked Sendable {
    private static let requestTimeMax = TimeAmount.seconds(7)

    /// Something that a customer does.
    enum Habit: CaseIterable {
        case order
        case orderTwice
        case askAgain
        case askForSomethingElse
        case cancel
        case lookUp
    }

    /// What an order was answered.
    private enum Answer {
        case placed(PlacedOrder)
        case short
        case otherTotal(cents: Int64)
    }

    let number: Int
    var name: String { "customer\(number)" }
    private let world: World
    private let store: SimulatedStore
    private let frontendLinks: [(frontend: SimulatedFrontend, link: SimulatedLink)]
    private var left: Int
    private var lastKey = 0
    /// The prices that the customer knows.
    private var prices: [ItemNumber: Cents]
    /// Orders abandoned without an answer. They are repeated at the end.
    private var abandoned: [NewOrder] = []
    /// Books to look up at the end.
    private var unseen: [ItemNumber]
    private(set) var isDone = false

    init(_ number: Int, requestCount: Int, store: SimulatedStore) {
        self.number = number
        self.store = store
        world = store.world
        left = requestCount
        unseen = store.orderedItems
        prices = store.openingPrices
        let world = world
        frontendLinks = store.frontends.map { frontend in
            (frontend, SimulatedLink("customer\(number)→\(frontend.name)", to: [frontend], world: world))
        }
    }

    func start() { world.after(micros: 0...300_000) { self.next() } }

    private func next() {
        guard left > 0 else { return finish() }
        left -= 1
        switch world.pick(from: Habit.allCases + [.order, .order, .cancel]) {
        case .order: order(twice: false)
        case .orderTwice: order(twice: true)
        case .askAgain: askAgain()
        case .askForSomethingElse: askForSomethingElse()
        case .cancel: cancel()
        case .lookUp: lookUp(world.pick(from: store.orderedItems)) { self.pause() }
        }
    }

    private func pause() {
        world.after(micros: 0...(world.chance(percent: 20) ? 600_000 : 60_000)) { self.next() }
    }

    // MARK: Orders

    /// One to four books, of some of them several copies.
    private func basket() -> [OrderLine] {
        var items = store.orderedItems
        let count = world.pick(1...items.count)
        while items.count > count { items.remove(at: world.pick(0...(items.count - 1))) }
        return items.map { OrderLine(item: $0, copies: world.pick(from: [1, 1, 2, 3])) }
    }

    private func newOrder(_ lines: [OrderLine], key: IdempotencyKey, total: Int64?) -> NewOrder? {
        do {
            return try NewOrder(
                key: key, lines: lines, expectedTotal: total.flatMap { Cents($0) },
                contact: OrderContact(name: name))
        } catch {
            world.fault("\(name) cannot order \(lines): \(error)")
            return nil
        }
    }

    private func order(twice: Bool) {
        lastKey += 1
        let lines = basket()
        let total = lines.reduce(0) { $0 + $1.copies * (prices[$1.item]?.amount ?? 0) }
        let key = IdempotencyKey(trusted: "\(name)-\(lastKey)")
        guard let order = newOrder(lines, key: key, total: world.chance(percent: 40) ? total : nil) else {
            return pause()
        }
        guard twice else { return insist(order) { self.pause() } }
        // Two concurrent copies, as by a double click.
        let second = request(order)
        insist(order) { second.whenComplete { _ in self.pause() } }
    }

    private func send(_ order: NewOrder) -> EventLoopFuture<PlacedOrder> {
        let parts = world.context(seconds: Self.requestTimeMax)
        let (frontend, link) = world.pick(from: frontendLinks)
        let total = order.expectedTotal.map { " for \($0)" } ?? ""
        world.record("\(name) orders \(order.lines.map(\.text))\(total) with \(order.key)")
        return link.call(
            "order of \(order.lines.count)", isRead: false, mayBeRepeated: true, deadline: parts.deadline
        ) { _ in frontend.order(order, trace: parts.trace) }
    }

    /// Sends one request and records its answer; nil without an answer.
    private func request(_ order: NewOrder) -> EventLoopFuture<Answer?> {
        store.orderHistory.ask(order)
        let request = store.history.begin(
            .order(key: order.key, lines: order.lines), of: order.lines[0].item, by: number, at: world.now)
        return send(order).map { placed -> Answer? in
            self.world.record("\(self.name) gets order \(placed.number) for \(order.key)")
            self.note(self.store.orderHistory.end(order, placed: placed))
            self.end(request, .sold(totalCents: placed.totalCents))
            return .placed(placed)
        }.flatMapErrorThrowing { error in
            switch error as? StoreError {
            case .short(let lines):
                self.world.record("\(self.name) hears that \(order.key) is short of \(lines.map(\.item))")
                self.note(self.store.orderHistory.end(order, short: lines))
                self.end(request, .failed)
                return .short
            case .otherTotal(let cents, let expected):
                self.world.record("\(self.name) hears that \(order.key) costs \(cents) cents")
                if expected != order.expectedTotal || cents == expected.amount {
                    self.world.fault("\(order.key) costs \(cents), and \(expected) was not expected")
                }
                self.end(request, .otherTotal(cents: cents))
                return .otherTotal(cents: cents)
            case .unavailable, .overloaded, .inProgress: return nil
            default:
                self.world.fault("\(self.name) got \(error) for \(order.key)")
                return nil
            }
        }
    }

    private func note(_ wrong: String?) { if let wrong { world.fault(wrong) } }

    private func end(_ request: Int, _ outcome: HistoryOperation.Outcome) {
        note(store.history.end(request, outcome, at: world.now))
    }

    /// Asks until there is an answer, or gives up. Who is told another total takes that, or goes.
    private func insist(_ order: NewOrder, then proceed: @escaping @Sendable () -> Void) {
        request(order).whenSuccess { answer in
            switch answer {
            case .placed, .short: return proceed()
            case .otherTotal(let cents):
                guard self.world.chance(percent: 60),
                    let dearer = self.newOrder(order.lines, key: order.key, total: cents)
                else { return proceed() }
                return self.insist(dearer, then: proceed)
            case nil: break
            }
            if !self.world.isHealed, self.world.chance(percent: 20) {
                self.world.record("\(self.name) gives \(order.key) up")
                self.abandoned.append(order)
                return proceed()
            }
            self.world.after(micros: 1_000...200_000) { self.insist(order, then: proceed) }
        }
    }

    /// An old order: it gets its first answer.
    private func askAgain() {
        guard let (key, asked) = settledOrder(), let order = newOrder(asked.lines, key: key, total: nil)
        else { return pause() }
        // Its total may be another by now, and it is what was answered first all the same.
        request(order).whenComplete { _ in self.pause() }
    }

    private func settledOrder() -> (IdempotencyKey, OrderHistory.Ordered)? {
        let settled = store.orderHistory.settled
        guard !settled.isEmpty else { return nil }
        let key = world.pick(from: settled)
        return store.orderHistory.orders[key].map { (key, $0) }
    }

    /// A key that stands for one thing is asked for another. It is refused, or told again that copies are short.
    private func askForSomethingElse() {
        guard let (key, asked) = settledOrder() else { return pause() }
        let done = { @Sendable (result: Result<String, any Error>) in
            switch result {
            case .success(let made): self.world.fault("key \(key) stands for an order, and also \(made)")
            case .failure(StoreError.keyReused), .failure(StoreError.unavailable),
                .failure(StoreError.overloaded), .failure(StoreError.inProgress):
                break
            case .failure(StoreError.short) where asked.isShort: break
            case .failure(let error): self.world.fault("key \(key), asked for something else, got \(error)")
            }
            self.pause()
        }
        if world.chance(percent: 30) {
            let (frontend, link) = world.pick(from: frontendLinks)
            let parts = world.context(seconds: Self.requestTimeMax)
            let item = asked.lines[0].item
            link.call("buy \(item)", isRead: false, mayBeRepeated: true, deadline: parts.deadline) { _ in
                frontend.buy(item, key: key, trace: parts.trace)
            }.flatMapThrowing { outcome in
                // One copy of the same book was refused under the key.
                if outcome == .failed, asked.isShort { throw StoreError.keyReused }
                return "a purchase of book \(item)"
            }.whenComplete(done)
            return
        }
        var lines = asked.lines
        lines[0] = OrderLine(item: lines[0].item, copies: lines[0].copies + 1)
        guard let order = newOrder(lines, key: key, total: nil) else { return pause() }
        send(order).map { "order \($0.number) of \(order.lines.map(\.text))" }.whenComplete(done)
    }

    // MARK: Cancelling and reading

    private func cancel() {
        let placed = store.orderHistory.placed
        guard !placed.isEmpty else { return pause() }
        cancel(world.pick(from: placed)) { self.pause() }
    }

    /// Asks until there is an answer.
    private func cancel(_ order: PlacedOrder, then proceed: @escaping @Sendable () -> Void) {
        let request = store.history.begin(
            .putBack(key: order.key, lines: order.ordered), of: order.ordered[0].item, by: number,
            at: world.now)
        let parts = world.context(seconds: Self.requestTimeMax)
        let (frontend, link) = world.pick(from: frontendLinks)
        world.record("\(name) cancels \(order.key)")
        link.call(
            "cancel \(order.number)", isRead: false, mayBeRepeated: true, deadline: parts.deadline
        ) { _ in frontend.step(.cancelling(order.key), trace: parts.trace) }.whenComplete { result in
            switch result {
            case .success(let now):
                self.world.record("\(self.name) has cancelled \(order.key)")
                if now.state != .cancelled || now.lines.contains(where: { $0.putBack != $0.copies }) {
                    self.world.fault("\(order.key) was cancelled and is \(now)")
                }
                self.store.orderHistory.end(.cancelled, of: order.key, order.ordered, key: order.key)
                self.end(request, .success)
                return proceed()
            case .failure(StoreError.stepRefused(_, let state)):
                if state == .placed || state == .cancelled {
                    self.world.fault("\(order.key) is \(state.words) and was not cancelled")
                }
                self.store.history.forget(request)
                return proceed()
            case .failure(StoreError.unavailable), .failure(StoreError.overloaded),
                .failure(StoreError.inProgress):
                break
            case .failure(let error): self.world.fault("\(self.name), who cancels \(order.key), got \(error)")
            }
            self.world.after(micros: 1_000...200_000) { self.cancel(order, then: proceed) }
        }
    }

    private func lookUp(_ item: ItemNumber, then proceed: @escaping @Sendable () -> Void) {
        let request = store.history.begin(.lookup, of: item, by: number, at: world.now)
        let (frontend, link) = world.pick(from: frontendLinks)
        let parts = world.context(seconds: Self.requestTimeMax)
        link.call("lookup \(item)", isRead: true, mayBeRepeated: true, deadline: parts.deadline) { _ in
            frontend.lookup(item)
        }.whenComplete { result in
            if case .success(let book) = result {
                self.world.record("\(self.name) sees \(book.stock) of book \(item)")
                self.prices[item] = book.price
                self.end(request, .found(BookState(stock: book.stock, price: book.price)))
            }
            proceed()
        }
    }

    /// Requests every missing answer, and every book, once all tiers work again.
    private func finish() {
        guard world.isHealed else { return world.after(micros: 50_000...50_000) { self.finish() } }
        if let owed = abandoned.popLast() { return insist(owed) { self.finish() } }
        guard let item = unseen.popLast() else {
            isDone = true
            return world.record("\(name) is done")
        }
        lookUp(item) { self.finish() }
    }
}

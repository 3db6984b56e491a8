import Linearizability
import Model
import Monitoring
import NIOCore

@testable import Catalog

/// A storekeeper at the desk, who brings orders further: gets them ready, hands them over, cancels them, and takes copies
/// back, all of an order or a part. Each step is repeated with its key until it is answered. Only customers cancel besides.
// Unchecked: a simulation has one thread.
final class SimulatedDesk: Participant, @unchecked Sendable {
    /// The client number of the desk's steps in the history.
    static let number = 100
    private static let stepCount = 10
    private static let requestTimeMax = TimeAmount.seconds(3)

    /// A step that was answered.
    private struct Made {
        let step: OrderStep
        let key: IdempotencyKey
    }

    let name = "the desk"
    private let world: World
    private let store: SimulatedStore
    private let frontendLinks: [(frontend: SimulatedFrontend, link: SimulatedLink)]
    private var count = 0
    private var made: [Made] = []
    /// The orders as they were last seen, by their numbers.
    private var seen: [Int64: PlacedOrder] = [:]
    private(set) var isDone = false

    init(of store: SimulatedStore) {
        self.store = store
        world = store.world
        let world = world
        frontendLinks = store.frontends.map { frontend in
            (frontend, SimulatedLink("desk→\(frontend.name)", to: [frontend], world: world))
        }
    }

    func start() { world.after(micros: 100_000...700_000) { self.next() } }

    private func pause() { world.after(micros: 0...400_000) { self.next() } }

    private func next() {
        let placed = store.orderHistory.placed
        guard count < Self.stepCount, !(placed.isEmpty && world.isHealed) else {
            isDone = true
            return world.record("the desk is done")
        }
        guard !placed.isEmpty else { return pause() }
        count += 1
        if !made.isEmpty, world.chance(percent: 20) { return askAgain() }
        let chosen = world.pick(from: placed)
        let order = seen[chosen.number] ?? chosen
        let step = step(of: order)
        insist(step, of: order, key: IdempotencyKey(trusted: "desk-\(count)"))
    }

    /// Mostly a step that the order allows, as far as the desk knows.
    private func step(of order: PlacedOrder) -> OrderStep {
        let allowed = OrderState.allCases.filter { order.state.allows($0) }
        let state =
            allowed.isEmpty || world.chance(percent: 15)
            ? world.pick(from: [.ready, .handedOver, .cancelled, .returned]) : world.pick(from: allowed)
        guard state == .returned, order.state == .handedOver, world.chance(percent: 60) else {
            return OrderStep(order: order.number, state: state)
        }
        let rest = order.rest
        var lines = rest.filter { _ in world.chance(percent: 60) }
        if lines.isEmpty { lines = Array(rest.prefix(1)) }
        return OrderStep(
            order: order.number, state: .returned,
            lines: lines.map { OrderLine(item: $0.item, copies: Int64(world.pick(1...Int($0.copies)))) })
    }

    private func send(_ step: OrderStep, key: IdempotencyKey) -> EventLoopFuture<PlacedOrder> {
        let request = KeeperRequest(.step(step), actor: "desk", reason: key.text, key: key)
        let (frontend, link) = world.pick(from: frontendLinks)
        let parts = world.context(seconds: Self.requestTimeMax)
        world.record("the desk: order \(step.order) \(step.state.words) \(step.lines?.map(\.text) ?? [])")
        return link.call(
            "\(step.state.words) \(step.order)", isRead: false, mayBeRepeated: true,
            deadline: parts.deadline
        ) { _ in frontend.step(.keeper(request), trace: parts.trace) }
    }

    /// Asks until there is an answer.
    private func insist(_ step: OrderStep, of order: PlacedOrder, key: IdempotencyKey) {
        let lines = step.state.putsBack ? step.lines ?? order.rest : []
        // What is cancelled is cancelled once, whoever does it.
        let name = step.state == .cancelled ? order.key : key
        let request = lines.first.map { first in
            store.history.begin(
                .putBack(key: name, lines: lines), of: first.item, by: Self.number, at: world.now)
        }
        send(step, key: key).whenComplete { result in
            switch result {
            case .success(let now):
                self.world.record("the desk sees that order \(now.number) is \(now.state.words)")
                self.made.append(Made(step: step, key: key))
                self.check(step, lines, before: order, now)
                self.seen[now.number] = now
                self.store.orderHistory.end(step.state, of: order.key, lines, key: name)
                if let request { _ = self.store.history.end(request, .success, at: self.world.now) }
                return self.pause()
            case .failure(StoreError.stepRefused(let text, let state)):
                self.world.record("the desk hears that \(text)")
                if state.allows(step.state) {
                    self.world.fault("order \(order.number), which is \(state.words), was refused: \(text)")
                }
                self.seen[order.number] = order.become(state)
                if let request { self.store.history.forget(request) }
                return self.pause()
            case .failure(StoreError.unavailable), .failure(StoreError.overloaded),
                .failure(StoreError.inProgress):
                break
            case .failure(let error): self.world.fault("the desk got \(error) for order \(order.number)")
            }
            self.world.after(micros: 1_000...200_000) { self.insist(step, of: order, key: key) }
        }
    }

    /// Nobody but the desk takes copies back of what was handed over.
    private func check(_ step: OrderStep, _ lines: [OrderLine], before: PlacedOrder, _ now: PlacedOrder) {
        let back = Dictionary(uniqueKeysWithValues: lines.map { ($0.item, $0.copies) })
        let expected = before.lines.map { $0.putBack + back[$0.item, default: 0] }
        let isWhole = step.state != .returned || now.rest.isEmpty
        if now.lines.map(\.putBack) != expected || now.state != (isWhole ? step.state : .handedOver) {
            world.fault("order \(now.number) after \(step): \(now), expected \(expected) put back")
        }
    }

    /// A step that was made, under its key: it stays made once. Its key with another order is refused.
    private func askAgain() {
        let old = world.pick(from: made)
        let other = store.orderHistory.placed.first { $0.number != old.step.order }
        guard world.chance(percent: 30), let other else {
            return send(old.step, key: old.key).whenComplete { result in
                if case .failure(let error) = result, !error.isForNow {
                    self.world.fault("\(old.step), repeated with its key, got \(error)")
                }
                self.pause()
            }
        }
        let step = OrderStep(order: other.number, state: old.step.state)
        send(step, key: old.key).whenComplete { result in
            switch result {
            case .failure(StoreError.keyReused): break
            case .failure(let error) where error.isForNow: break
            default: self.world.fault("\(step), with the key of \(old.step), got \(result)")
            }
            self.pause()
        }
    }
}

extension Error {
    /// Whether the same request may be answered otherwise a moment later.
    fileprivate var isForNow: Bool {
        switch self as? StoreError {
        case .unavailable, .overloaded, .inProgress: true
        default: false
        }
    }
}

extension PlacedOrder {
    /// What is not put back.
    fileprivate var rest: [OrderLine] {
        lines.filter { $0.putBack < $0.copies }.map {
            OrderLine(item: $0.item, copies: $0.copies - $0.putBack)
        }
    }

    fileprivate func become(_ state: OrderState) -> PlacedOrder {
        PlacedOrder(number: number, key: key, state: state, lines: lines, steps: steps, contact: contact)
    }
}

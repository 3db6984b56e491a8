/// What the movements of a ledger make of customers' orders.
package struct LedgerOrders: Sendable {
    /// A step that does not follow from those before it.
    package struct Fault: Sendable {
        /// The step's first movement.
        package let movement: Int64
        package let order: Int64
        package let expected: String
        package let found: String
    }

    private var byNumber: [Int64: LedgerOrder] = [:]
    package private(set) var faults: [Fault] = []

    /// The orders, by number.
    package var orders: [LedgerOrder] { byNumber.values.sorted { $0.number < $1.number } }

    package init(_ ledger: LedgerSnapshot) {
        var prices = Dictionary(
            ledger.books.map { ($0.opening.item, $0.opening.price) }, uniquingKeysWith: { first, _ in first })
        for (index, movement) in ledger.movements.enumerated() {
            if let price = movement.change.price { prices[movement.change.item] = price }
            let step = ledger.step(at: index)
            if case .order(let first)? = step.first?.entry { take(step, first, prices) }
        }
    }

    private mutating func take(
        _ step: ArraySlice<LedgerSnapshot.Movement>, _ first: OrderMovement, _ prices: [ItemNumber: Cents]
    ) {
        guard let movement = step.first else { return }
        let fault = { (expected: String, found: String) in
            Fault(
                movement: movement.sequence, order: first.order, expected: expected, found: found)
        }
        let row = LedgerOrder.Step(movement: movement.sequence, movementCount: Int64(step.count))
        let takesSale = first.state == .placed || first.state.putsBack
        if (movement.sale != nil) != takesSale {
            faults.append(fault(takesSale ? "the number of a sale" : "no number of a sale", "the other"))
        }
        guard first.state != .placed else {
            if movement.sale != first.order {
                faults.append(fault("order \(movement.sale ?? 0), as its sale", "order \(first.order)"))
            }
            if first.key == nil { faults.append(fault("the key of an order", "none")) }
            byNumber[first.order] = LedgerOrder(
                number: first.order, movement: movement.sequence, state: .placed,
                lines: step.map(\.entry).compactMap { entry in
                    guard case .order(let sold) = entry, let price = prices[sold.item] else { return nil }
                    return PlacedOrder.Line(
                        item: sold.item, title: "", copies: sold.copies, price: price, putBack: 0)
                }, steps: [row])
            return
        }
        guard var order = byNumber[first.order] else {
            return faults.append(fault("an order that was placed", "order \(first.order)"))
        }
        guard order.state.allows(first.state) else {
            return faults.append(
                fault("a step of an order that is \(order.state.words)", first.state.words))
        }
        for case .order(let back) in step.map(\.entry) where back.copies > 0 {
            guard let index = order.lines.firstIndex(where: { $0.item == back.item }),
                order.lines[index].putBack + back.copies <= order.lines[index].copies
            else {
                faults.append(
                    fault(
                        "copies that it has to put back", "\(back.copies) of book \(back.item) put back"))
                continue
            }
            let line = order.lines[index]
            order.lines[index] = PlacedOrder.Line(
                item: line.item, title: "", copies: line.copies, price: line.price,
                putBack: line.putBack + back.copies)
        }
        order.steps.append(row)
        let isWhole = order.lines.allSatisfy { $0.putBack == $0.copies }
        if first.state == .cancelled, !isWhole { faults.append(fault("all copies put back", "a part")) }
        if first.state != .returned || isWhole { order.state = first.state }
        byNumber[first.order] = order
    }
}

extension LedgerSnapshot {
    /// The movements of the step of an order that begins at an index of them; none where none begins.
    func step(at index: Int) -> ArraySlice<Movement> {
        guard case .order = movements[index].entry, !isSameStep(index) else { return [] }
        var end = index + 1
        while end < movements.count, isSameStep(end) { end += 1 }
        return movements[index..<end]
    }

    /// Whether a movement is of the same step as the one before it.
    private func isSameStep(_ index: Int) -> Bool {
        guard index > 0, movements[index].sale == nil, case .order(let movement) = movements[index].entry,
            movement.copies > 0, case .order(let before) = movements[index - 1].entry
        else { return false }
        return (before.order, before.state) == (movement.order, movement.state)
    }

    /// What order servers record of it, in order, as a catalog tells them.
    package var sales: [LedgerSale] {
        var keys: [Int64: IdempotencyKey] = [:]
        return movements.indices.compactMap { index in
            let movement = movements[index]
            guard let number = movement.sale else { return nil }
            let position = SalePosition(ledger: ledger, number: number)
            let noKey = IdempotencyKey(trusted: "")
            guard case .order(let first) = movement.entry else {
                return LedgerSale(
                    position: position, item: movement.change.item, key: movement.change.key ?? noKey)
            }
            if let key = first.key { keys[first.order] = key }
            let lines = step(at: index).map(\.entry).compactMap { entry -> OrderLine? in
                guard case .order(let made) = entry else { return nil }
                return OrderLine(item: made.item, copies: made.copies)
            }
            return LedgerSale(
                position: position, item: first.item, key: keys[first.order] ?? noKey,
                share: OrderShare(order: first.order, state: first.state, lines: lines))
        }
    }
}

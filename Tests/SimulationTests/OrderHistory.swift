import Model

/// What customers ordered, and what they and the desk were told of it, for comparison with the store.
struct OrderHistory {
    /// What is known of an order.
    struct Ordered {
        let lines: [OrderLine]
        /// The totals at which it was asked for; nil is any.
        fileprivate(set) var totals: Set<Int64?> = []
        /// It as it was first answered.
        fileprivate(set) var placed: PlacedOrder?
        /// Whether it was answered that copies were short.
        fileprivate(set) var isShort = false
        /// What was answered of its steps after the placing: each once, by its key.
        fileprivate(set) var steps: [IdempotencyKey: String] = [:]

        var isSettled: Bool { placed != nil || isShort }
    }

    private(set) var orders: [IdempotencyKey: Ordered] = [:]
    /// Keys in the order of their first use.
    private(set) var keys: [IdempotencyKey] = []

    /// Those that have an answer, in the order of their first use.
    var settled: [IdempotencyKey] { keys.filter { orders[$0]?.isSettled == true } }
    /// Those that were made.
    var placed: [PlacedOrder] { keys.compactMap { orders[$0]?.placed } }

    // MARK: What was asked and answered

    mutating func ask(_ order: NewOrder) {
        if orders[order.key] == nil {
            orders[order.key] = Ordered(lines: order.lines)
            keys.append(order.key)
        }
        orders[order.key]?.totals.insert(order.expectedTotal?.amount)
    }

    /// - Returns: what is wrong with an order as it was answered.
    mutating func end(_ order: NewOrder, placed: PlacedOrder) -> String? {
        let name = "order \(order.key)"
        guard let asked = orders[order.key] else { return "\(name) was answered, and nobody asked for it" }
        orders[order.key]?.placed = asked.placed ?? placed
        if asked.isShort { return "\(name) was answered as short and then as made" }
        if placed.key != order.key { return "\(name) was answered under key \(placed.key)" }
        if placed.ordered != asked.lines {
            return "\(name) was answered with \(placed.ordered), not \(asked.lines)"
        }
        if let first = asked.placed {
            let isSame =
                first.number == placed.number && first.lines.map(\.price) == placed.lines.map(\.price)
            return isSame ? nil : "\(name) was answered as \(first.number) and then as \(placed.number)"
        }
        // A repetition may find it made for another total that was asked for.
        let isWanted = asked.totals.contains(nil) || asked.totals.contains(placed.totalCents)
        return isWanted ? nil : "\(name) costs \(placed.totalCents) cents, which nobody wanted"
    }

    /// - Returns: what is wrong with the answer that copies were short.
    mutating func end(_ order: NewOrder, short: [ShortLine]) -> String? {
        orders[order.key]?.isShort = true
        if orders[order.key]?.placed != nil { return "order \(order.key) was made, and answered as short" }
        let isRight = short.allSatisfy { line in
            order.lines.contains(OrderLine(item: line.item, copies: line.wanted)) && line.stock < line.wanted
        }
        return isRight ? nil : "order \(order.key) of \(order.lines) is said to be short of \(short)"
    }

    /// - Parameter key: the step's; what is cancelled has the order's, whoever cancels it.
    mutating func end(_ step: OrderState, of order: IdempotencyKey, _ lines: [OrderLine], key: IdempotencyKey)
    {
        orders[order]?.steps[key] = Self.words(step, lines)
    }

    private static func words(_ state: OrderState, _ lines: [OrderLine]) -> String {
        "\(state.words) \(lines.map(\.text).joined(separator: " "))"
    }

    // MARK: The audit

    /// What is wrong with the ledger's orders: each whole, once under its key, at the prices answered, and with the steps
    /// that were answered.
    func faults(of ledger: LedgerSnapshot) -> [String] {
        var faults: [String] = []
        var made: [IdempotencyKey: LedgerOrder] = [:]
        for order in ledger.orders {
            guard let key = ledger.movements[Int(order.movement) - 1].change.key, orders[key] != nil else {
                faults.append("order \(order.number) was made, and nobody asked for it")
                continue
            }
            if made.updateValue(order, forKey: key) != nil { faults.append("order \(key) was made twice") }
        }
        for key in keys {
            guard let asked = orders[key] else { continue }
            guard let order = made[key] else {
                if asked.placed != nil { faults.append("order \(key) was answered as made and is lost") }
                continue
            }
            if asked.isShort { faults.append("order \(key) was answered as short and was made") }
            if order.lines.map({ OrderLine(item: $0.item, copies: $0.copies) }) != asked.lines {
                faults.append("order \(key) is \(order), not of \(asked.lines)")
            }
            let cents = order.lines.reduce(0) { $0 + $1.copies * $1.price.amount }
            if !asked.totals.contains(nil), !asked.totals.contains(cents) {
                faults.append("order \(key) costs \(cents) cents, which nobody wanted")
            }
            if let placed = asked.placed, placed.lines.map(\.price) != order.lines.map(\.price) {
                faults.append("order \(key) was answered with other prices than the ledger has: \(order)")
            }
            let steps = order.steps.dropFirst().map { ledger.words(of: $0) }
            if steps.sorted() != asked.steps.values.sorted() {
                faults.append("order \(key) has the steps \(steps), and \(asked.steps.values) were answered")
            }
        }
        return faults
    }
}

extension LedgerSnapshot {
    fileprivate func movements(of step: LedgerOrder.Step) -> ArraySlice<Movement> {
        movements.dropFirst(Int(step.movement) - 1).prefix(Int(step.movementCount))
    }

    /// A step as `OrderHistory` words it.
    fileprivate func words(of step: LedgerOrder.Step) -> String {
        let made = movements(of: step).compactMap { movement -> OrderMovement? in
            if case .order(let made) = movement.entry { made } else { nil }
        }
        let lines = made.filter { $0.copies > 0 }.map { OrderLine(item: $0.item, copies: $0.copies).text }
        return "\(made.first?.state.words ?? "none") \(lines.joined(separator: " "))"
    }

    /// What it has to tell, in words, of one that tells of each step of an order and of each sale, and of stocks that fall to
    /// `lowStockMax` or to nothing.
    func eventWords(lowStockMax: Int64) -> [String] {
        let steps = Dictionary(
            uniqueKeysWithValues: orders.flatMap { order in
                order.steps.map { ($0.movement, (order: order.number, words: words(of: $0))) }
            })
        return movements.flatMap { movement in
            var words: [String] = []
            if let step = steps[movement.sequence] {
                words.append("\(movement.sequence): order \(step.order) \(step.words)")
            } else if case .update = movement.entry, let sale = movement.sale {
                words.append("\(movement.sequence): sale \(sale) of book \(movement.change.item)")
            }
            let (units, left) = (movement.change.units ?? 0, movement.stockAfter)
            guard units < 0 else { return words }
            if left <= lowStockMax, left - units > lowStockMax {
                words.append("\(movement.sequence): book \(movement.change.item) is down to \(left)")
            }
            if left == 0 { words.append("\(movement.sequence): book \(movement.change.item) is sold out") }
            return words
        }
    }
}

extension StoreEvent {
    /// It in the words of `LedgerSnapshot.eventWords`.
    var words: String {
        let book = item.map { "book \($0)" } ?? "no book"
        return switch kind {
        case .order where item != nil: "\(sequence): sale \(order ?? 0) of \(book)"
        case .order, .state:
            "\(sequence): order \(order ?? 0) \((state ?? .placed).words) \(lines.map(\.text).joined(separator: " "))"
        case .lowStock: "\(sequence): \(book) is down to \(stock ?? -1)"
        case .soldOut: "\(sequence): \(book) is sold out"
        }
    }
}

extension PlacedOrder {
    /// What was ordered.
    var ordered: [OrderLine] { lines.map { OrderLine(item: $0.item, copies: $0.copies) } }
}

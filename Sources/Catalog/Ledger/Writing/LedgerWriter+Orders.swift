internal import Model
internal import Storage

/// Customers' orders: all of one is in the ledger, or nothing.
///
/// Whatever speaks against an order is looked for before its first movement is written. Changes are made one after the
/// other, so orders of the same books in another sequence cannot wait for each other.
extension LedgerWriter {
    /// Makes an order, or says why not. Errors thrown are the database's and end the transaction.
    mutating func apply(_ order: NewOrder) throws -> Result<CatalogOutcome, StoreError> {
        if let refusal = try tables.refusal(under: order.key), !PlantedBug.isOn(.forgetsRefusals) {
            guard order.lines.contains(where: { refusal.isOf($0.change(key: order.key)) }) else {
                return .failure(.keyReused)
            }
            return .failure(.short(try shortLines(of: order)))
        }
        if let earlier = try earlierOrder(order) { return earlier }
        var books: [LedgerBook] = []
        for line in order.lines {
            guard let book = try follow(line.item), !book.isRetired else {
                return .failure(.unknownItem(line.item))
            }
            books.append(book)
        }
        let short = try shortLines(of: order)
        guard short.isEmpty else {
            guard
                try remember(
                    StockChange(item: short[0].item, units: -short[0].wanted, key: order.key))
            else { return .failure(.overloaded(.refusalsFull)) }
            return .failure(.short(short))
        }
        let total = zip(order.lines, books).reduce(0) { $0 + $1.0.copies * $1.1.price.amount }
        if let expected = order.expectedTotal, expected.amount != total,
            !PlantedBug.isOn(.ignoresExpectedTotal)
        {
            return .failure(.otherTotal(cents: total, expected: expected))
        }
        return .success(try place(order, books))
    }

    private mutating func place(_ order: NewOrder, _ books: [LedgerBook]) throws -> CatalogOutcome {
        let number = lastSale + 1
        let first = lastMovement + 1
        for (index, line) in order.lines.enumerated() {
            if index > 0, PlantedBug.isOn(.makesHalfOfOrder) { break }
            let isFirst = index == 0
            try record(
                OrderMovement(
                    order: number, state: .placed, item: line.item, copies: line.copies,
                    key: isFirst ? order.key : nil), takesSale: isFirst)
        }
        let placed = PlacedOrder(
            number: number, key: order.key, state: .placed,
            // Titles are not known here; the shelf has them.
            lines: zip(order.lines, books).map {
                PlacedOrder.Line(
                    item: $0.item, title: "", copies: $0.copies, price: $1.price, putBack: 0)
            }, steps: [PlacedOrder.Step(state: .placed, time: time)],
            contact: order.contact.isEmpty ? nil : order.contact)
        try tables.add(placed, from: first)
        return CatalogOutcome(
            update: .applied(sale: position(number), replayed: false), order: placed)
    }

    /// What an earlier order with the same key came to; nil when there was none.
    private mutating func earlierOrder(
        _ order: NewOrder
    ) throws -> Result<CatalogOutcome, StoreError>? {
        guard !PlantedBug.isOn(.skipsKeyCheck), let earlier = try tables.change(under: order.key) else {
            return nil
        }
        guard earlier.isOrder, let number = earlier.sale, let placed = try tables.order(number) else {
            return .failure(.keyReused)
        }
        let isSame = placed.lines.map { OrderLine(item: $0.item, copies: $0.copies) } == order.lines
        if !isSame, PlantedBug.isOn(.sellsSecondBasket) { return nil }
        guard isSame || PlantedBug.isOn(.ignoresOtherItemOfKey) else { return .failure(.keyReused) }
        return .success(
            CatalogOutcome(update: .applied(sale: position(number), replayed: true), order: placed))
    }

    private mutating func shortLines(of order: NewOrder) throws -> [ShortLine] {
        if PlantedBug.isOn(.dropsStockCondition) { return [] }
        return try order.lines.compactMap { line in
            let stock = try follow(line.item)?.stock ?? 0
            return stock < line.copies ? ShortLine(item: line.item, wanted: line.copies, stock: stock) : nil
        }
    }

    // MARK: Steps

    /// Takes the order of a key back for its customer. One that is cancelled already stays as it is.
    mutating func cancel(_ key: IdempotencyKey) throws -> Result<CatalogOutcome, StoreError> {
        guard let change = try tables.change(under: key), change.isOrder, let number = change.sale,
            let order = try tables.order(number)
        else { return .failure(.unknownOrder("with this Idempotency-Key")) }
        if order.state == .cancelled { return .success(CatalogOutcome(order: order)) }
        guard order.state == .placed else {
            return .failure(
                .stepRefused(
                    "order \(number) is \(order.state.words) and cannot be cancelled here any more; ask the shop",
                    state: order.state))
        }
        return try apply(KeeperRequest(.step(OrderStep(order: number, state: .cancelled))))
    }

    /// Makes a step of an order.
    mutating func step(_ step: OrderStep) throws {
        guard let order = try tables.order(step.order) else { throw StoreError.unknownOrder("\(step.order)") }
        let isAllowed =
            order.state.allows(step.state)
            || PlantedBug.isOn(.returnsWhatWasCancelled) && step.state.putsBack
        guard isAllowed else {
            throw StoreError.stepRefused(
                "order \(order.number) is \(order.state.words) and cannot become \(step.state.words)",
                state: order.state)
        }
        let lines = step.state.putsBack ? try linesToPutBack(step, of: order) : []
        let first = lastMovement + 1
        for (index, line) in lines.enumerated() {
            try record(
                OrderMovement(
                    order: order.number, state: step.state, item: line.item, copies: line.copies),
                takesSale: index == 0)
        }
        if lines.isEmpty {
            let item = order.lines[0].item
            try record(
                OrderMovement(order: order.number, state: step.state, item: item, copies: 0),
                takesSale: false)
        }
        let isPart = step.state == .returned && lines != order.rest
        try tables.write(
            LedgerStep(
                order: order.number, movement: first, movementCount: max(lines.count, 1),
                state: isPart ? nil : step.state, lines: lines))
    }

    private func linesToPutBack(_ step: OrderStep, of order: PlacedOrder) throws(StoreError) -> [OrderLine] {
        if PlantedBug.isOn(.returnsWhatWasCancelled), order.rest.isEmpty {
            return order.lines.map { OrderLine(item: $0.item, copies: $0.copies) }
        }
        guard let wanted = step.lines else { return order.rest }
        var copies: [ItemNumber: Int64] = [:]
        for line in wanted { copies[line.item, default: 0] += line.copies }
        let lines = copies.map { OrderLine(item: $0, copies: $1) }.sorted { $0.item < $1.item }
        let rest = Dictionary(uniqueKeysWithValues: order.rest.map { ($0.item, $0.copies) })
        for line in lines where line.copies > rest[line.item, default: 0] {
            throw .stepRefused(
                "order \(order.number) has \(rest[line.item, default: 0]) copies of book \(line.item) left to return, not \(line.copies)",
                state: order.state)
        }
        return lines
    }

    /// Writes a movement of an order.
    ///
    /// - Parameter takesSale: whether it is the step's first that order servers record.
    private mutating func record(_ movement: OrderMovement, takesSale: Bool) throws {
        guard var book = try follow(movement.item) else { throw StoreError.unknownItem(movement.item) }
        let units = movement.change.units ?? 0
        let stock = book.stock + units
        guard stock <= Book.stockMax else {
            throw StoreError.stepRefused(
                "the stock of book \(movement.item) would pass \(Book.stockMax)", state: movement.state)
        }
        let sale = takesSale ? lastSale + 1 : nil
        guard try write(.order(movement), leaving: stock, of: &book, sale: sale) else {
            throw LedgerFault("the key of a new order is taken")
        }
        book.sold -= units
        keep(book, of: movement.item)
    }

    // MARK: Whom it is for

    /// Erases whom an order is for.
    mutating func forget(_ number: Int64) throws -> Result<CatalogOutcome, StoreError> {
        try tables.forgetContact(of: number)
        guard let order = try tables.order(number) else { return .failure(.unknownOrder("\(number)")) }
        return .success(CatalogOutcome(order: order))
    }

    /// Keeps a basket as it is now.
    mutating func keep(_ basket: BasketChange) throws -> Result<CatalogOutcome, StoreError> {
        try tables.write(basket, at: time)
        return .success(CatalogOutcome())
    }
}

extension OrderLine {
    /// The change that a refusal of it is remembered as.
    fileprivate func change(key: IdempotencyKey) -> StockChange {
        StockChange(item: item, units: -copies, key: key)
    }
}

extension PlacedOrder {
    /// The copies that are not put back.
    fileprivate var rest: [OrderLine] {
        lines.filter { $0.putBack < $0.copies }.map {
            OrderLine(item: $0.item, copies: $0.copies - $0.putBack)
        }
    }
}

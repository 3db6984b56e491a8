import Model

@testable import Catalog
@testable import Order
@testable import Storage

/// The tables of both tiers as one server of the modelled cluster has them.
struct ModelledTables {
    /// A movement with the log that has its line.
    struct Logged {
        let movement: LedgerMovement
        let log: Int64
    }

    /// What a tier's log is known to hold, by its number.
    struct Log {
        var mark: LogMark
        var last: Int64 = 0
    }

    static let ledger: Int64 = 77

    let openingBooks: [Book]
    var books: [ItemNumber: LedgerBook] = [:]
    var movements: [Logged] = []
    var lastSale: Int64 = 0
    var refusals: [IdempotencyKey: Refusal] = [:]
    var orders: [OrderSnapshot.Order] = []
    var logs: [String: Log] = [:]
    /// The log of the transaction that is being made.
    var writing: Int64 = 0
    private var keyed: [String: Int] = [:]
    /// What edits have made of titles and topics.
    private var texts: [ItemNumber: Book] = [:]
    private var facts: [ItemNumber: BookFacts] = [:]
    private var edits: [Int64: BookEdit] = [:]
    private(set) var customerOrders: [Int64: PlacedOrder] = [:]
    /// The orders of steps, and how many movements each has, by their first movements.
    private var steps: [Int64: (order: Int64, movementCount: Int)] = [:]
    /// The movements of storekeepers' requests, by their keys.
    private var requests: [String: ClosedRange<Int64>] = [:]
    /// What a request began with; none outside of one.
    private var begun: [ModelledTables] = []

    init(books: [Book]) {
        openingBooks = books
        for book in books {
            self.books[book.item] = LedgerBook(
                stock: book.stock, price: book.price, sold: 0, lastMovement: 0, previousMovement: 0,
                isRetired: false)
        }
    }

    /// The books as they are, retired or not.
    var allDetails: [BookDetails] {
        openingBooks.compactMap { opening in
            guard let now = books[opening.item] else { return nil }
            var book = texts[opening.item] ?? opening
            (book.stock, book.price) = (now.stock, now.price)
            return BookDetails(
                book: book, sold: now.sold, isRetired: now.isRetired, version: now.lastMovement,
                facts: facts[opening.item] ?? .none)
        }
    }

    /// What a movement did.
    func entry(of movement: LedgerMovement) -> LedgerEntry {
        let item = movement.change.item
        return switch movement.kind {
        case .update, .added: .update(movement.change)
        case .retired: .retired(item)
        case .edited: .edited(edits[movement.sequence] ?? BookEdit(item: item))
        case .restored: .restored(item)
        case .placed, .ready, .handedOver, .cancelled, .returned:
            .order(
                OrderMovement(
                    order: order(at: movement.sequence), state: movement.kind.orderState ?? .placed,
                    item: item,
                    copies: abs(movement.change.units ?? 0), key: movement.change.key))
        }
    }

    func movement(under key: IdempotencyKey) -> LedgerMovement? {
        keyed[key.text].map { movements[$0].movement }
    }

    func order(under key: IdempotencyKey) -> OrderSnapshot.Order? { orders.first { $0.key == key } }

    var ledgerSnapshot: LedgerSnapshot {
        let states = zip(allDetails, openingBooks).map { now, opening in
            LedgerSnapshot.BookState(
                now: now.book, opening: opening, isRetired: now.isRetired, facts: now.facts)
        }
        let movements = movements.map {
            LedgerSnapshot.Movement(
                sequence: $0.movement.sequence, entry: entry(of: $0.movement),
                stockAfter: $0.movement.stockAfter, sale: $0.movement.sale, log: $0.log)
        }
        return LedgerSnapshot(
            ledger: Self.ledger, books: states, movements: movements, orders: ledgerOrders)
    }

    private var ledgerOrders: [LedgerOrder] {
        let steps = Dictionary(grouping: steps.sorted { $0.key < $1.key }, by: \.value.order)
        return customerOrders.values.sorted { $0.number < $1.number }.map { order in
            let made = (steps[order.number] ?? []).map {
                LedgerOrder.Step(movement: $0.key, movementCount: Int64($0.value.movementCount))
            }
            return LedgerOrder(
                number: order.number, movement: made.first?.movement ?? 0, state: order.state,
                lines: order.lines, steps: made)
        }
    }
}

extension ModelledTables: LedgerTables {
    func book(_ item: ItemNumber) -> LedgerBook? { books[item] }

    mutating func write(_ book: LedgerBook, of item: ItemNumber) { books[item] = book }

    mutating func insert(_ movement: LedgerMovement) -> Bool {
        if let key = movement.key {
            guard keyed[key] == nil else { return false }
            keyed[key] = movements.count
        }
        movements.append(Logged(movement: movement, log: writing))
        return true
    }

    func change(under key: IdempotencyKey) -> KeyedChange? {
        movement(under: key).map {
            KeyedChange(
                item: $0.change.item.value, units: $0.change.units, priceCents: $0.change.price?.amount,
                sale: $0.sale, kind: $0.kind.rawValue)
        }
    }

    func refusal(under key: IdempotencyKey) -> Refusal? { refusals[key] }

    mutating func remember(_ change: StockChange, key: IdempotencyKey, atMillis: Int64) -> Bool {
        refusals[key] = Refusal(
            item: change.item.value, units: change.units, priceCents: change.price?.amount,
            atMillis: atMillis)
        return true
    }

    // MARK: Orders

    private func order(at movement: Int64) -> Int64 {
        steps.keys.filter { $0 <= movement }.max().flatMap { steps[$0]?.order } ?? 0
    }

    mutating func add(_ order: PlacedOrder, from movement: Int64) {
        customerOrders[order.number] = order
        steps[movement] = (order.number, order.lines.count)
    }

    func order(_ number: Int64) -> PlacedOrder? { customerOrders[number] }

    mutating func write(_ step: LedgerStep) {
        steps[step.movement] = (step.order, step.movementCount)
        customerOrders[step.order] = customerOrders[step.order].map { order in
            let back = Dictionary(uniqueKeysWithValues: step.lines.map { ($0.item, $0.copies) })
            return PlacedOrder(
                number: order.number, key: order.key, state: step.state ?? order.state,
                lines: order.lines.map {
                    PlacedOrder.Line(
                        item: $0.item, title: $0.title, copies: $0.copies, price: $0.price,
                        putBack: $0.putBack + back[$0.item, default: 0])
                }, steps: order.steps, contact: order.contact)
        }
    }

    mutating func forgetContact(of order: Int64) {}

    mutating func write(_ basket: BasketChange, at time: Timestamp) {}

    mutating func write(_ settings: SettingsChange, at time: Timestamp) {}

    // MARK: Events

    func eventRow(of movement: LedgerMovement) -> EventRow {
        EventRow(
            sequence: movement.sequence, kind: movement.kind.rawValue, item: movement.change.item.value,
            units: movement.change.units ?? 0, stockAfter: movement.stockAfter, sale: movement.sale,
            atMillis: movement.atMillis, order: steps[movement.sequence]?.order)
    }

    /// What steps of orders did, by their first movements.
    func shares(_ movements: [Int64]) -> [Int64: OrderShare] {
        let rows = movements.flatMap { first -> [OrderShares.Row] in
            guard let step = steps[first] else { return [] }
            return self.movements[Int(first) - 1..<Int(first) - 1 + step.movementCount].map {
                OrderShares.Row(
                    step: first, order: step.order, kind: $0.movement.kind.rawValue,
                    item: $0.movement.change.item.value, units: $0.movement.change.units ?? 0, key: "")
            }
        }
        return OrderShares.read(rows).mapValues(\.share)
    }

    // MARK: What storekeepers ask for

    /// The simulation's storekeepers add no books, bring no covers and import no files.
    private struct NotModelled: Error {}

    mutating func beginRequest() { begun = [self] }
    mutating func endRequest() { begun = [] }
    mutating func undoRequest() { if let before = begun.first { self = before } }

    func details(of item: ItemNumber) -> BookDetails? { allDetails.first { $0.book.item == item } }

    mutating func write(isRetired: Bool, of item: ItemNumber, movement: Int64) {
        books[item] = books[item].map { $0.after(movement, isRetired: isRetired) }
    }

    mutating func write(_ edits: [LedgerEdit]) {
        for edit in edits {
            let item = edit.book.item
            books[item] = books[item].map { $0.after(edit.movement, isRetired: $0.isRetired) }
            texts[item] = edit.book
            facts[item] = edit.facts ?? facts[item]
            self.edits[edit.movement] = BookEdit(item: item, edit.changes)
        }
    }

    mutating func note(_ request: KeeperRequest, first: Int64, last: Int64) {
        if let key = request.key { requests[key.text] = first...last }
    }

    func entries(ofRequest key: IdempotencyKey) -> [LedgerEntry]? {
        requests[key.text].map { range in
            movements.lazy.map(\.movement).filter { range.contains($0.sequence) }.map(entry)
        }
    }

    func keeper(_ name: String) throws -> KeeperRecord? { throw NotModelled() }
    func keeperCount(_ role: KeeperRole?) throws -> Int { throw NotModelled() }
    func add(_ keeper: KeeperRecord) throws { throw NotModelled() }
    func write(_ keeper: KeeperRecord) throws { throw NotModelled() }
    func removeKeeper(_ name: String) throws { throw NotModelled() }
    func add(_ session: SessionRecord) throws { throw NotModelled() }
    func use(_ digest: String, at time: Timestamp) throws { throw NotModelled() }
    func end(_ sessions: EndedSession) throws -> Int { throw NotModelled() }
    func add(_ books: [Book], firstMovement: Int64) throws -> [ItemNumber] { throw NotModelled() }
    func freeNumber(from number: Int64) throws -> Int64? { throw NotModelled() }
    func keep(_ cover: Cover) throws { throw NotModelled() }
    func hasCover(_ digest: String) throws -> Bool { throw NotModelled() }
    func details(of items: [ItemNumber]) throws -> [BookDetails] { throw NotModelled() }
    func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)] { throw NotModelled() }
    func takenNumbers(in range: ClosedRange<Int64>) throws -> [Int64] { throw NotModelled() }
    func importRecord(_ key: IdempotencyKey, _ number: Int) throws -> ImportRecord? { throw NotModelled() }
    func write(_ record: ImportRecord) throws { throw NotModelled() }
    func write(_ mapping: ImportMapping, ofHeader header: String) throws { throw NotModelled() }
    func imported(_ movements: ClosedRange<Int64>) throws -> [ImportedMovement] { throw NotModelled() }
    func retire(_ books: [(item: ItemNumber, movement: Int64)]) throws { throw NotModelled() }
    func webhooks() throws -> [WebhookRow] { throw NotModelled() }
    func insert(_ webhook: NewWebhook, position: Int64, at time: Timestamp) throws -> Int64 {
        throw NotModelled()
    }
    func removeWebhook(_ number: Int64) throws { throw NotModelled() }
    func write(_ webhook: Webhook) throws { throw NotModelled() }
    func holdWebhooks(seconds: Int64) throws { throw NotModelled() }
    func deadLetter(of webhook: Int64, _ sequence: Int64) throws -> DeadLetter? { throw NotModelled() }
    func write(_ letter: DeadLetter) throws { throw NotModelled() }
    func removeDeadLetter(of webhook: Int64, _ sequence: Int64) throws { throw NotModelled() }
    func wantDeadLetters(of webhook: Int64, _ sequence: Int64?) throws -> Int64 { throw NotModelled() }
    func markUndone(_ key: IdempotencyKey, _ number: Int) throws { throw NotModelled() }
}

extension EventRow {
    /// `EventRow.condition`, as a database has it.
    func isTold(lowStockMax: Int64) -> Bool {
        kind == MovementKind.update.rawValue && sale != nil || order != nil
            || units < 0
                && (stockAfter == 0 || stockAfter <= lowStockMax && stockAfter - units > lowStockMax)
    }
}

extension LedgerBook {
    /// The book after a movement that leaves its stock and price.
    fileprivate func after(_ movement: Int64, isRetired: Bool) -> LedgerBook {
        LedgerBook(
            stock: stock, price: price, sold: sold, lastMovement: movement, previousMovement: lastMovement,
            isRetired: isRetired)
    }
}

import Model
import Monitoring

@testable import Catalog
@testable import Order
@testable import Storage

/// What the stores of both tiers have in common: a session that writes, which is made anew after a fault, and one that
/// reads.
// Unchecked: a simulation has one thread.
class ModelledStore: @unchecked Sendable {
    let database: ModelledDatabase
    let log: Int64
    private let tier: String
    private var writer: ModelledDatabase.Session?
    private var reader: ModelledDatabase.Session?
    fileprivate(set) var lastNumber: Int64 = 0

    init(_ tier: String, log: Int64, in database: ModelledDatabase) throws {
        self.tier = tier
        self.log = log
        self.database = database
        try reopen()
    }

    private var name: String { "\(tier) \(log)" }

    func reopen() throws {
        writer = nil
        reader = nil
        let session = try database.connect()
        lastNumber = try database.read(session).logs[name]?.last ?? 0
        writer = session
    }

    /// The tables as they are read beside the writer: perhaps an old primary's.
    func read() throws -> ModelledTables {
        do {
            let session = try reader ?? database.connect()
            reader = session
            return try database.read(session)
        } catch {
            reader = nil
            throw StoreError.unavailable(tier: tier, reason: .databaseFault, outcomeUnknown: false)
        }
    }

    /// Reads go over new connections from now on.
    func forgetReader() { reader = nil }

    /// Runs a transaction that leaves the log's mark and its last number.
    func commit<Value>(
        mark: LogMark, _ body: (inout ModelledTables) throws -> (Value, last: Int64)
    ) throws -> Value {
        guard let writer else { throw ModelledDatabase.Lost() }
        let (value, last) = try database.commit(writer) { tables in
            tables.writing = log
            let (value, last) = try body(&tables)
            tables.logs[name] = ModelledTables.Log(mark: mark, last: last)
            return (value, last)
        }
        lastNumber = last
        return value
    }

    func logMark() throws -> LogMark? { try read().logs[name]?.mark }
    func save(_ mark: LogMark) throws { try commit(mark: mark) { _ in ((), lastNumber) } }
    func close() { (writer, reader) = (nil, nil) }

    /// There is none, and none can be made: all is in memory.
    var folder: String { "/dev/null/modelled" }
    var refusals: RefusalTally { RefusalTally(count: 0, oldestMinute: 0, minute: 0) }
    func explained<Value>(_ body: () throws -> Value) throws -> Value { try body() }
    func passesByItself(_ error: any Error) -> Bool { error is ModelledDatabase.Lost || error is StoreError }
    func databaseName() -> String { "modelled" }
    func info() -> MetricSample { MetricSample("modelled_database_info", .gauge, 1, help: "The model.") }
}

/// A catalog's store over the modelled database.
final class ModelledCatalogStore: ModelledStore, CatalogStoring, @unchecked Sendable {
    /// What only storekeepers and receipts ask for.
    private struct NotModelled: Error {}

    /// Also asked for by the thread of the index for find.
    let bookCount: Int
    private let index: ModelledReadIndex

    init(log: Int64, in database: ModelledDatabase) throws {
        bookCount = database.content.openingBooks.count
        index = ModelledReadIndex(database)
        try super.init("catalog", log: log, in: database)
        index.store = self
    }

    var ledger: Int64 { ModelledTables.ledger }
    var readIndex: (any ReadIndex)? { index }

    func commit(
        _ changes: [CatalogChange], mark: LogMark, beforeEnd: (CatalogBatch) throws -> Void
    ) throws -> CatalogBatch {
        try commit(mark: mark) { tables in
            var writer = LedgerWriter(
                tables, ledger: ledger, movement: Int64(tables.movements.count), sale: tables.lastSale,
                lowestFree: 1)
            let batch = try CatalogBatch(changes, in: &writer)
            try beforeEnd(batch)
            tables = writer.tables
            tables.lastSale = writer.lastSale
            return (batch, batch.executed.isEmpty ? lastNumber : writer.lastMovement)
        }
    }

    func sales(after sale: SalePosition, limit: Int) throws -> [LedgerSale] {
        let first = sale.ledger == ledger ? sale.number : 0
        return Array(try read().ledgerSnapshot.sales.filter { $0.position.number > first }.prefix(limit))
    }

    func forEachBookInShop(_ body: (Book) throws -> Void) throws -> Int64 {
        let tables = try read()
        let inShop = tables.allDetails.filter { !$0.isRetired }.map(\.book)
        for book in inShop.sorted(by: { $0.item < $1.item }) { try body(book) }
        return Int64(tables.movements.count)
    }

    func forEachOpeningBook(_ body: (Book) throws -> Void) throws {
        for book in try read().openingBooks.sorted(by: { $0.item < $1.item }) { try body(book) }
    }

    func forEachMovement(after sequence: Int64, _ body: (Int64, LedgerEntry) throws -> Void) throws {
        let tables = try read()
        for logged in tables.movements where logged.movement.sequence > sequence {
            try body(logged.movement.sequence, tables.entry(of: logged.movement))
        }
    }

    func forEachLine(after number: Int64, _ body: (String) throws -> Void) throws {
        let tables = try read()
        for logged in tables.movements where logged.log == log && logged.movement.sequence > number {
            guard logged.movement.sequence <= lastNumber else { break }
            try body(tables.entry(of: logged.movement).logLine)
        }
    }

    func booksInShop(after item: Int64, limit: Int) throws -> [Book] { throw NotModelled() }
    func shopChanges(after sequence: Int64, limit: Int) throws -> [(sequence: Int64, item: ItemNumber)] {
        throw NotModelled()
    }
    func hasNewTopics(after sequence: Int64) throws -> Bool { throw NotModelled() }
    func forEachSale(
        after first: Int64, through last: Int64, _ body: (Timestamp, String, Int64, Int64) -> Void
    ) throws { throw NotModelled() }
    func details(of item: ItemNumber) throws -> BookDetails { throw NotModelled() }
    func details(of items: [ItemNumber]) throws -> [BookDetails] { throw NotModelled() }
    func facts(of items: [ItemNumber]) throws -> [ItemNumber: BookFacts] { throw NotModelled() }
    func cover(_ digest: String) throws -> [UInt8]? { throw NotModelled() }
    func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)] { throw NotModelled() }
    func importRecords(_ key: IdempotencyKey) throws -> [ImportRecord] { throw NotModelled() }
    func mapping(ofHeader header: String) throws -> ImportMapping? { throw NotModelled() }
    func books(_ filter: BookFilter, while isWanted: @escaping () -> Bool) throws -> [BookDetails] {
        throw NotModelled()
    }
    func figures(_ figure: BookFigure, of items: [ItemNumber]) throws -> [ItemNumber: Int64] {
        throw NotModelled()
    }
    func receipt(of key: IdempotencyKey) throws -> Receipt? { throw NotModelled() }
    func order(_ number: Int64) throws -> PlacedOrder? { throw NotModelled() }
    func order(of key: IdempotencyKey) throws -> PlacedOrder? { throw NotModelled() }
    func orders(_ filter: OrderFilter) throws -> [PlacedOrder] { throw NotModelled() }
    func basket(_ digest: String, changedAfter time: Timestamp) throws -> [OrderLine] { throw NotModelled() }
    func keepers(at time: Timestamp) throws -> [KeeperEntry] { throw NotModelled() }
    func keeper(_ name: String) throws -> KeeperRecord? { throw NotModelled() }
    func session(_ digest: String) throws -> KeeperSession? { throw NotModelled() }
    func settings() throws -> [KeptSetting] { throw NotModelled() }
    func webhooks() throws -> [WebhookRow] { throw NotModelled() }
    func deadLetters(
        of webhook: Int64, after sequence: Int64, limit: Int, areWanted: Bool
    ) throws -> [DeadLetter] { throw NotModelled() }
    func events(_ filter: EventFilter) throws -> EventsPage {
        let tables = try read()
        let window = EventRow.Window(filter, newest: Int64(tables.movements.count))
        let rows = tables.movements.map { tables.eventRow(of: $0.movement) }.filter {
            $0.sequence > filter.after && $0.sequence <= window.through
                && $0.isTold(lowStockMax: filter.lowStockMax)
        }
        return window.page(Array(rows.prefix(filter.limit))) { tables.shares($0) }
    }
    func movements(_ filter: MovementFilter) throws -> LedgerStretch { throw NotModelled() }
}

/// The question of what other catalogs have written, which only the primary's standby confirms.
// Unchecked: a simulation has one thread.
final class ModelledReadIndex: ReadIndex, @unchecked Sendable {
    weak var store: ModelledCatalogStore?
    private let database: ModelledDatabase
    private var session: ModelledDatabase.Session?

    init(_ database: ModelledDatabase) { self.database = database }

    func changes(after movement: Int64) throws -> LedgerChanges? {
        do {
            guard let session, database.isOpen(session) else {
                store?.forgetReader()
                session = try database.connect()
                return nil
            }
            let tables = try database.readConfirmed(session)
            let head = Int64(tables.movements.count)
            guard head >= movement else { return nil }
            var books = ShelfChanges()
            let named = Dictionary(grouping: tables.movements[Int(movement)...]) {
                $0.movement.change.item
            }
            for (item, logged) in named {
                guard let found = tables.details(of: item) else { continue }
                if logged.allSatisfy({ $0.movement.kind == .update }) {
                    books.states[item] = (found.book.price, found.book.stock)
                } else if found.isRetired {
                    books.retire(item)
                } else {
                    books.show(found.book)
                }
            }
            return LedgerChanges(after: movement, through: head, books: books)
        } catch {
            session = nil
            throw StoreError.unavailable(tier: "catalog", reason: .databaseFault, outcomeUnknown: false)
        }
    }

    func close() { session = nil }
}

/// An order server's store over the modelled database.
final class ModelledOrderStore: ModelledStore, OrderStoring, @unchecked Sendable {
    init(log: Int64, in database: ModelledDatabase) throws {
        try super.init("order", log: log, in: database)
    }

    var knownThrough: SalePosition {
        get throws {
            let known = Set(try read().orders.compactMap { $0.sale?.number })
            var number: Int64 = 0
            while known.contains(number + 1) { number += 1 }
            return SalePosition(ledger: ModelledTables.ledger, number: number)
        }
    }

    func outcome(of key: IdempotencyKey) throws -> (item: ItemNumber?, outcome: PurchaseOutcome)? {
        try read().order(under: key).map { ($0.share == nil ? $0.item : nil, .success) }
    }

    func orders(before number: Int64, limit: Int) throws -> [OrderListing] { [] }

    var putBackCount: Int64 { 0 }

    func forEachPurchase(
        after number: Int64, _ body: (ItemNumber, OrderShare?) throws -> Void
    ) throws {
        for order in try read().orders.filter({ $0.log == log }).dropFirst(Int(number)) {
            try body(order.item, order.share)
        }
    }

    func commit(
        _ records: [OrderRecord], mark: LogMark, beforeEnd: (OrderBatch) throws -> Void
    ) throws -> OrderBatch {
        try commit(mark: mark) { tables in
            var batch = OrderBatch(stored: records)
            batch.results = records.map { record in
                if case .ownDecision(.failed) = record.origin { return .success(.failed) }
                if let known = tables.order(under: record.key) {
                    let isSame = known.item == record.item && known.share == record.share
                    return isSame ? .success(.success) : .failure(.keyReused)
                }
                tables.orders.append(
                    OrderSnapshot.Order(
                        number: Int64(tables.orders.count + 1), key: record.key, item: record.item,
                        sale: record.sale, log: log, share: record.share))
                batch.added.append(record)
                return .success(.success)
            }
            try beforeEnd(batch)
            return (batch, lastNumber + Int64(batch.added.count))
        }
    }
}

import Foundation
import Logging
import Model
import Monitoring
import NIOCore
import Services
import Storage
import TestSupport
import Testing
import TierHTTP

@testable import Catalog
@testable import Order

/// The folders of an order server and of the catalog behind it, with their logs.
struct ShopFolder {
    let path: String
    let kind: StoreKind
    /// The databases' URL where they are on a server.
    let url: String

    var orderData: String { path + "/order" }
    var catalogData: String { path + "/catalog" }
    var orderDatabase: String { orderData + "/" + OrderStore.fileName }
    var orderLog: String { path + "/output/order_log" }
    var catalogLog: String { path + "/output/catalog_log" }

    func orderLines() throws -> [String] { try lines(of: orderLog) }

    func catalogLines() throws -> [String] { try lines(of: catalogLog) }

    private func lines(of path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    func openOrders() throws -> any OrderStoring {
        switch kind {
        case .sqlite: try OrderStore(folder: orderData)
        case .postgresql: try PostgresOrderStore(StoreURL(parsing: url), folder: orderData)
        }
    }

    private func openCatalog(_ books: [Book]) throws -> any CatalogStoring {
        switch kind {
        case .sqlite: try CatalogStore.open(folder: catalogData, firstBooks: { books })
        case .postgresql:
            try PostgresCatalogStore(StoreURL(parsing: url), folder: catalogData, firstBooks: { books })
        }
    }

    /// Opens the order store alone for `body` and closes it afterwards.
    @discardableResult
    func withStore<Value>(_ body: (any OrderStoring) throws -> Value) throws -> Value {
        let store = try openOrders()
        defer { try? store.close() }
        return try body(store)
    }

    /// Opens the order engine over `catalog` for `body` and shuts it down afterwards.
    func withOrders<Value>(
        of catalog: any CatalogService, _ body: (OrderEngine) async throws -> Value
    ) async throws -> Value {
        let store = try openOrders()
        let engine: OrderEngine
        do {
            engine = try OrderEngine(
                catalog: catalog, store: store, logPath: orderLog, logger: silent,
                broken: { Issue.record("the order server broke: \($0)") })
        } catch {
            try? store.close()
            throw error
        }
        return try await closing(engine, by: { try $0.shutdown() }, body)
    }

    /// Opens the real catalog for `body` and shuts it down afterwards.
    func withCatalog<Value>(
        _ books: [Book] = Book.defaults, _ body: (CatalogEngine) async throws -> Value
    ) async throws -> Value {
        let store = try openCatalog(books)
        let engine = try CatalogEngine(
            store: store, logPath: catalogLog, queryLogging: .all, logger: silent,
            broken: { Issue.record("the catalog broke: \($0)") })
        return try await closing(engine, by: { try $0.shutdown() }, body)
    }
}

/// The engines of both tiers in one process.
struct Shop {
    let folder: ShopFolder
    let catalog: CatalogEngine
    let orders: OrderEngine
    let loops: TierLoops

    func outcome(
        _ book: Book, _ key: String, priceMax: Cents? = nil, slot: Int = 0
    ) async throws -> PurchaseOutcome {
        try await orders.buy(
            book.item, key: orderKey(key), priceMax: priceMax, context: context(loops, slot: slot)
        ).get()
    }

    func reprice(_ book: Book, to price: Cents) async throws {
        let change = StockChange(item: book.item, price: price)
        _ = try await catalog.update(change, on: loops.slots[0].eventLoop).get()
    }
}

/// Runs `body` with empty folders that are removed afterwards.
func withShopFolder<Value>(_ body: (ShopFolder) async throws -> Value) async throws -> Value {
    try await withTemporaryFolder { path in
        let kind = StoreKind.current
        let server = kind == .postgresql ? try PostgresServer.shared : nil
        let url = try server.map { $0.url(try $0.newDatabase()) } ?? ""
        let folder = ShopFolder(path: path, kind: kind, url: url)
        for made in [folder.orderData, folder.catalogData, path + "/output"] {
            try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
        }
        return try await body(folder)
    }
}

/// Runs `body` with both tiers over new folders.
func withShop(_ books: [Book] = Book.defaults, _ body: (Shop) async throws -> Void) async throws {
    try await withShopFolder { folder in
        try await withLoops(count: 4) { loops in
            try await folder.withCatalog(books) { catalog in
                try await folder.withOrders(of: catalog) { orders in
                    try await body(Shop(folder: folder, catalog: catalog, orders: orders, loops: loops))
                }
            }
        }
    }
}

func context(_ loops: TierLoops, slot: Int = 0) -> CallContext {
    var random = FastRandom(seed: 1)
    return CallContext(
        slot: loops.slots[slot], trace: TraceContext(using: &random), deadline: .now() + .seconds(60))
}

let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The default books that the tests use.
let first = Book.defaults[0]
let second = Book.defaults[1]

func orderKey(_ text: String) -> IdempotencyKey { IdempotencyKey(trusted: text) }

extension OrderRecord {
    /// A sale of ledger 7, unless a test names another.
    static func sale(_ number: Int64, _ key: String, _ item: ItemNumber = first.item, ledger: Int64 = 7)
        -> OrderRecord
    {
        OrderRecord(
            key: orderKey(key), item: item, origin: .ledger(SalePosition(ledger: ledger, number: number)))
    }
}

extension OrderStoring {
    /// Commits without writing the log, like a crash between the two.
    @discardableResult
    func commitUnlogged(_ records: [OrderRecord]) throws -> OrderBatch {
        let nowhere = LogMark(position: .init(inode: 0, offset: 0), sequence: 0)
        return try commit(records, mark: try logMark() ?? nowhere, beforeEnd: { _ in })
    }
}

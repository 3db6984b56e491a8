import Foundation
import GRDB
import Logging
import Model
import Monitoring
import NIOCore
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

/// A folder with a catalog's database and its log in separate places. A test may open and close it
/// repeatedly.
struct CatalogFolder {
    let path: String
    let kind: StoreKind
    /// The database's URL where it is on a server.
    let url: String

    var data: String { path + "/data" }
    var databasePath: String { data + "/" + CatalogStore.fileName }
    var logPath: String { path + "/output/catalog_log" }

    /// Opens the store for `body` and closes it afterwards. `books` matter only the first time.
    @discardableResult
    func withStore<Value>(
        _ books: [Book] = Book.defaults, _ body: (ShelvedStore) throws -> Value
    ) throws -> Value {
        let store = try ShelvedStore.open(self, firstBooks: { books })
        defer { try? store.close() }
        return try body(store)
    }

    /// Opens the whole catalog for `body` and shuts it down afterwards.
    func withEngine<Value>(
        _ books: [Book] = Book.defaults, queryLogging: QueryLogging = .all,
        _ body: (CatalogEngine) async throws -> Value
    ) async throws -> Value {
        let store = try open(firstBooks: { books })
        let engine: CatalogEngine
        do {
            engine = try CatalogEngine(
                store: store, logPath: logPath, queryLogging: queryLogging, logger: silent,
                broken: { Issue.record("the catalog broke: \($0)") })
        } catch {
            try? store.close()
            throw error
        }
        return try await closing(engine, by: { try $0.shutdown() }, body)
    }

    /// Opens the database.
    func open(
        refusalHours: Int = CatalogStore.refusalHoursMin, refusalCountMax: Int = RefusalWriter.countMax,
        firstBooks: () throws -> [Book]
    ) throws -> any CatalogStoring {
        switch kind {
        case .sqlite:
            try CatalogStore.open(
                folder: data, refusalHours: refusalHours, refusalCountMax: refusalCountMax,
                firstBooks: firstBooks)
        case .postgresql:
            try PostgresCatalogStore(
                StoreURL(parsing: url), folder: data, refusalHours: refusalHours,
                refusalCountMax: refusalCountMax, firstBooks: firstBooks)
        }
    }

    /// Runs SQL on the database without the store, as one can from a shell.
    func sql<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: databasePath)
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction(body)
    }

    /// Runs SQL that either kind of database understands.
    func execute(_ sql: String) throws {
        switch kind {
        case .sqlite: try self.sql { try $0.execute(sql: sql) }
        case .postgresql:
            let name = PostgresServer.database(of: url)
            try PostgresServer.shared.sql("SET search_path = bookstore; " + sql, in: name)
        }
    }

    func logText() throws -> String { try String(contentsOfFile: logPath, encoding: .utf8) }

    func logLines() throws -> [String] { try logText().split(separator: "\n").map(String.init) }

    /// The lines that a replay of the log needs: everything but the queries.
    func ledgerLines() throws -> [String] { try logLines().filter { !$0.hasPrefix("query_") } }
}

/// Runs `body` with an empty catalog folder that is removed afterwards.
func withCatalogFolder<Value>(_ body: (CatalogFolder) async throws -> Value) async throws -> Value {
    try await withTemporaryFolder { path in
        let kind = StoreKind.current
        let server = kind == .postgresql ? try PostgresServer.shared : nil
        let url = try server.map { $0.url(try $0.newDatabase()) } ?? ""
        let folder = CatalogFolder(path: path, kind: kind, url: url)
        for made in [folder.data, path + "/output"] {
            try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
        }
        return try await body(folder)
    }
}

/// Runs `body` with the folders of two catalogs over one new database.
func withReplicas(_ body: (CatalogFolder, CatalogFolder) async throws -> Void) async throws {
    try await StoreKind.$current.withValue(.postgresql) {
        try await withCatalogFolder { try await body($0, try replica("second", of: $0)) }
    }
}

/// The folder of a further catalog over the database of one.
func replica(_ name: String, of folder: CatalogFolder) throws -> CatalogFolder {
    let other = CatalogFolder(path: folder.path + "/" + name, kind: folder.kind, url: folder.url)
    for made in [other.data, other.path + "/output"] {
        try FileManager.default.createDirectory(atPath: made, withIntermediateDirectories: true)
    }
    return other
}

/// A logger whose output a test does not check.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// The `init` lines of the default catalog.
let defaultInitLines = Book.defaults.map(BookLine.text)

/// The default books that the tests use.
let first = Book.defaults[0]
let second = Book.defaults[1]

func key(_ text: String) -> IdempotencyKey { IdempotencyKey(trusted: text) }

func cents(_ amount: Int64) throws -> Cents { try #require(Cents(amount)) }

func book(
    _ number: Int64, title: String = "A title", topic: String = "a topic", stock: Int64 = 3
) throws -> Book {
    Book(
        item: try #require(ItemNumber(number)), title: title, topic: topic, price: try cents(10_00),
        stock: stock)
}

extension BookFinder {
    /// What a search finds.
    func found(_ query: FindQuery, for client: ClientPresence? = nil) async throws -> FoundBooks {
        try await withCheckedThrowingContinuation { continuation in
            find(query, for: client) { continuation.resume(with: $0) }
        }
    }
}

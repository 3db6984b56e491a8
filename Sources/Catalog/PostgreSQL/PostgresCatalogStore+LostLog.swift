package import Logging
package import Storage

extension PostgresCatalogStore {
    /// Completes the log of a catalog that is gone for good, as its start would, or writes it where there is none.
    ///
    /// - Parameter number: the log's, in a database that has a catalog.
    /// - Throws: ``Storage/PostgresError``, also where the catalog runs; what reading or writing the log throws.
    package static func completeLog(
        _ number: Int64, of url: StoreURL, at path: String, logger: Logger
    ) throws {
        let store = try PostgresCatalogStore(url, folder: "", log: number, firstBooks: { [] })
        defer { try? store.close() }
        _ = try CatalogLogRepair(path: path, store: store, logger: logger).run()
    }
}

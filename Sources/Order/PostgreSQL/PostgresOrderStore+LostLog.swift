package import Logging
package import Storage

extension PostgresOrderStore {
    /// Completes the log of an order server that is gone for good, as its start would, or writes it where there is none.
    ///
    /// - Parameter number: the log's, in a database that has orders.
    /// - Throws: ``Storage/PostgresError``, also where the server runs; what reading or writing the log throws.
    package static func completeLog(
        _ number: Int64, of url: StoreURL, at path: String, logger: Logger
    ) throws {
        let store = try PostgresOrderStore(url, folder: "", log: number)
        defer { try? store.close() }
        _ = try OrderLogRepair(path: path, store: store, logger: logger).run()
    }
}

internal import Catalog
internal import Model
internal import Order
internal import Storage

/// The databases of a store, wherever they are.
extension StoreFiles {
    /// Where they are, for people.
    var place: String { url.map { "\($0)" } ?? data }

    var hasCatalog: Bool {
        get throws { try url.map(PostgresCatalogStore.exists) ?? CatalogStore.exists(in: data) }
    }

    var hasOrders: Bool {
        get throws { try url.map(PostgresOrderSnapshot.exists) ?? OrderStoreSnapshot.exists(in: data) }
    }

    var ledger: LedgerSnapshot {
        get throws { try url.map(PostgresCatalogSnapshot.read) ?? CatalogSnapshot.read(folder: data) }
    }

    var orders: OrderSnapshot {
        get throws { try url.map(PostgresOrderSnapshot.read) ?? OrderStoreSnapshot.read(folder: data) }
    }

    /// Makes databases that are missing. Those that are there are never touched.
    func write(catalog: LedgerSnapshot? = nil, orders: OrderSnapshot? = nil) throws {
        // Of the lost ledger, whose movements may have had other numbers.
        let removeIndex = { if catalog != nil { CatalogStore.removeIndex(in: data) } }
        if let url {
            removeIndex()
            if let catalog { try PostgresCatalogSnapshot.write(catalog, at: url) }
            if let orders { try PostgresOrderSnapshot.write(orders, at: url) }
            return
        }
        try withLocks {
            removeIndex()
            if let catalog { try CatalogSnapshot.write(catalog, folder: data) }
            if let orders { try OrderStoreSnapshot.write(orders, folder: data) }
        }
    }

    /// Holds off servers: one that starts meanwhile must not meet a half-written database, and one that runs
    /// has a database that only seems to be gone.
    private func withLocks(_ body: () throws -> Void) throws {
        try Folder.prepare(data, option: Setting.data.flag)
        for warning in PrivateFiles.tighten(in: data) { ExitStatus.say("bookstore: \(warning)") }
        let locks = [
            try DataLock(path: data + "/catalog.lock"), try DataLock(path: data + "/order.lock"),
        ]
        try withExtendedLifetime(locks, body)
    }
}

import Foundation
import Model
import Synchronization

@testable import Catalog
@testable import Order

/// New databases of the tiers, kept for copying, because making one costs as much as ten purchases.
enum NewDatabases {
    private static let known = Mutex<[String: (catalog: Data, order: Data)]>([:])

    /// Puts both databases into an empty folder.
    static func put(in folder: String, books: [Book]) throws {
        let name = books.map { "\($0.stock)" }.joined(separator: "-")
        let databases = try known.withLock { known in
            if let databases = known[name] { return databases }
            let made = try make(in: folder, books: books)
            known[name] = made
            return made
        }
        try databases.catalog.write(to: URL(fileURLWithPath: folder + "/" + CatalogStore.fileName))
        try databases.order.write(to: URL(fileURLWithPath: folder + "/" + OrderStore.fileName))
    }

    private static func make(in folder: String, books: [Book]) throws -> (catalog: Data, order: Data) {
        try CatalogStore.open(folder: folder, firstBooks: { books }).close()
        try OrderStore(folder: folder).close()
        let databases = (
            catalog: try Data(contentsOf: URL(fileURLWithPath: folder + "/" + CatalogStore.fileName)),
            order: try Data(contentsOf: URL(fileURLWithPath: folder + "/" + OrderStore.fileName))
        )
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            try FileManager.default.removeItem(atPath: folder + "/" + file)
        }
        return databases
    }
}

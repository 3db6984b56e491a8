internal import Dispatch
internal import Foundation
internal import GRDB
internal import Model
internal import Storage
internal import Synchronization

extension CatalogStore {
    /// Deletes the index for find in `folder`: the next start makes it anew.
    public static func removeIndex(in folder: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(folder + "/" + FindStore.fileName + suffix) }
    }
}

/// The full-text index behind find: an SQLite file of its own that follows the catalog's database.
///
/// It holds nothing that the catalog does not have, so it is thrown away where it does not fit and made
/// again. It is filled apart from the sales, a piece at a time, and waits as long as it works, so that a store
/// of a million books stays as quick as ever while its index grows.
final class FindStore: Sendable {
    /// What is looked for.
    struct Query: Sendable {
        /// Folded words, all of which must occur.
        let words: [String]
        /// Only books of this topic.
        let topic: String?
        /// Only books with a higher number.
        let after: Int64
        /// Books in the answer, at most.
        let limit: Int
    }

    /// The index's file in the data folder.
    static let fileName = "find.sqlite"
    /// Books taken in at once: some tens of milliseconds.
    private static let pieceCountMax = 1_000
    /// Books that a request may wait for.
    private static let awaitedCountMax = 5_000

    private let catalog: CatalogStore
    private let path: String
    private let queue = DispatchQueue(label: "find")
    private let index = Mutex<FindIndex?>(nil)
    private let isStopped = Atomic<Bool>(false)

    init(catalog: CatalogStore) {
        self.catalog = catalog
        path = catalog.folder + "/" + Self.fileName
    }

    private static func remove(in folder: String) { CatalogStore.removeIndex(in: folder) }

    /// Takes in what the index lacks, in the background.
    func follow() {
        queue.async { [self] in
            guard !isStopped.load(ordering: .relaxed) else { return }
            let start = DispatchTime.now().uptimeNanoseconds
            let isComplete = (try? catchUp(countMax: Self.pieceCountMax)) ?? true
            guard !isComplete else { return }
            let worked = DispatchTime.now().uptimeNanoseconds - start
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(worked))) { [weak self] in
                self?.follow()
            }
        }
    }

    /// The numbers of the books that match, in their order.
    ///
    /// - Parameter done: called with them, or with ``Model/StoreError/overloaded(_:)`` while the index is
    ///   being made.
    func find(_ query: Query, done: @escaping @Sendable (Result<[ItemNumber], any Error>) -> Void) {
        queue.async { [self] in
            done(
                Result {
                    guard try catchUp(countMax: Self.awaitedCountMax) else {
                        throw StoreError.overloaded(
                            "the index of the books is being made; ask again in a moment")
                    }
                    return try index.withLock { try $0?.find(query) ?? [] }
                })
        }
    }

    /// Closes the file.
    func shutdown() {
        isStopped.store(true, ordering: .relaxed)
        queue.sync { index.withLock { $0 = nil } }
    }

    /// Takes in up to `countMax` books; true when the index has all of them then.
    private func catchUp(countMax: Int) throws -> Bool {
        try index.withLock { index in
            guard !isStopped.load(ordering: .relaxed) else { return true }
            do {
                let open = try index ?? FindIndex(path: path, ledger: catalog.ledger)
                index = open
                return try open.catchUp(with: catalog, countMax: countMax)
            } catch let error as DatabaseError {
                // A damaged index is worth nothing.
                index = nil
                if [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
                    Self.remove(in: catalog.folder)
                }
                throw StoreError.unavailable(
                    tier: "catalog", reason: "cannot use its index of the books", outcomeUnknown: false)
            }
        }
    }
}

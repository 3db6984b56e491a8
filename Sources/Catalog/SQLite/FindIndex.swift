internal import Foundation
internal import GRDB
internal import Model
internal import Storage

/// The tables of the full-text index. Used by ``BookFinder`` only, which writes from one thread at a time.
struct FindIndex {
    private struct Progress: Equatable {
        /// Books up to this number were taken from the catalog's books, in their order.
        var builtItem: Int64
        /// Whether all were.
        var isBuilt: Bool
        /// What was changed up to this movement is taken in.
        var movement: Int64
        /// Changes of words' lists that are not packed.
        var changeCount: Int64
    }

    /// The index's file in the data folder.
    static let fileName = "find.sqlite"
    /// Pages of the file that each search may keep in memory, in KiB.
    private static let cacheKilobyteCount = 16 * 1024

    /// Changes that are looked at for each book: an import adds books and edits the same ones behind that, and each is
    /// taken in once.
    private static let changesOfBookCount = 4

    private let database: DatabasePool

    /// Opens the index in `folder`, or makes a new one where it is missing or another ledger's.
    ///
    /// - Parameter searchCountMax: searches at once.
    init(in folder: String, ledger: Int64, searchCountMax: Int) throws {
        let path = folder + "/" + Self.fileName
        // Never the last copy of anything: a power cut may cost the newest entries, which are taken in again,
        // so only checkpoints wait for the disk, as is the pool's way.
        var configuration = Configuration()
        configuration.maximumReaderCount = max(1, searchCountMax)
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA cache_size = -\(Self.cacheKilobyteCount)")
        }
        try PrivateFiles.make(path)
        let opened = try DatabasePool(path: path, configuration: configuration)
        let known = try? opened.read { database in
            try Int.fetchOne(database, sql: "PRAGMA user_version") == SearchText.version
                ? Int64.fetchOne(database, sql: "SELECT ledger FROM progress") : nil
        }
        if known == ledger {
            database = opened
            return
        }
        try opened.close()
        Self.remove(in: folder)
        try PrivateFiles.make(path)
        database = try DatabasePool(path: path, configuration: configuration)
        try database.write { try Self.create(ledger: ledger, in: $0) }
    }

    /// Deletes the index in `folder`: it is rebuilt when it is opened.
    static func remove(in folder: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(folder + "/" + fileName + suffix) }
    }

    /// What a database's error says of the index; nil for any other error.
    static func isDamaged(by error: any Error) -> Bool? {
        (error as? DatabaseError).map { [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains($0.resultCode) }
    }

    private static func create(ledger: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA user_version = \(SearchText.version);
                CREATE TABLE progress (
                    ledger INTEGER NOT NULL, built_item INTEGER NOT NULL, is_built INTEGER NOT NULL,
                    movement INTEGER, change_count INTEGER NOT NULL
                ) STRICT;
                """)
        try FindEntryWriter.createTables(in: database)
        try database.execute(sql: "INSERT INTO progress VALUES (?, 0, 0, NULL, 0)", arguments: [ledger])
    }

    // MARK: Following the catalog

    /// Takes in up to `countMax` books; true when the index has all of them then.
    func catchUp(with catalog: any CatalogStoring, countMax: Int) throws -> Bool {
        let lastMovement = catalog.lastMovement
        return try database.write { database in
            guard
                let row = try Row.fetchOne(
                    database, sql: "SELECT built_item, is_built, movement, change_count FROM progress")
            else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "the progress is missing") }
            let movement = row[2] as Int64?
            var progress = Progress(
                builtItem: row[0], isBuilt: row[1], movement: movement ?? lastMovement, changeCount: row[3])
            let before = progress
            var entries = FindEntryWriter(database)
            var isComplete = false
            if progress.isBuilt {
                isComplete = try takeMovements(from: catalog, countMax: countMax, &progress, &entries)
            } else {
                // What was changed meanwhile comes next.
                try takeBooks(from: catalog, countMax: countMax, &progress, &entries)
            }
            progress.changeCount += try entries.finish()
            // The first searches meet short lists of changes, and so do those behind a large import.
            if progress.changeCount > FindWordLists.changeCountMax || progress.isBuilt != before.isBuilt {
                try FindWordLists.pack(in: database)
                progress.changeCount = 0
            }
            if progress != before || movement == nil {
                try database.execute(
                    sql: "UPDATE progress SET built_item = ?, is_built = ?, movement = ?, change_count = ?",
                    arguments: [
                        progress.builtItem, progress.isBuilt, progress.movement, progress.changeCount,
                    ])
            }
            return isComplete
        }
    }

    private func takeBooks(
        from catalog: any CatalogStoring, countMax: Int, _ progress: inout Progress,
        _ entries: inout FindEntryWriter
    ) throws {
        let books = try catalog.booksInShop(after: progress.builtItem, limit: countMax)
        let facts = try catalog.facts(of: books.map(\.item))
        for book in books { try entries.put(book, facts[book.item] ?? .none) }
        progress.builtItem = books.last?.item.value ?? progress.builtItem
        progress.isBuilt = books.count < countMax
    }

    /// - Returns: whether there are no others.
    private func takeMovements(
        from catalog: any CatalogStoring, countMax: Int, _ progress: inout Progress,
        _ entries: inout FindEntryWriter
    ) throws -> Bool {
        let limit = countMax * Self.changesOfBookCount
        let changes = try catalog.shopChanges(after: progress.movement, limit: limit)
        var items: Set<ItemNumber> = []
        let taken = changes.prefix {
            guard items.count < countMax else { return items.contains($0.item) }
            items.insert($0.item)
            return true
        }
        // A book is taken in as it is: what became of it since is told by later movements once more.
        for found in try catalog.details(of: Array(items)) {
            if found.isRetired {
                try entries.remove(found.book.item)
            } else {
                try entries.put(found.book, found.facts)
            }
        }
        progress.movement = taken.last?.sequence ?? progress.movement
        return taken.count < limit && taken.count == changes.count
    }

    // MARK: Finding

    /// Runs a search, as of one moment.
    ///
    /// - Parameter isWanted: asked again and again; the search is given up where it says no.
    /// - Returns: nil for a search that was given up.
    func search<Value>(
        while isWanted: @escaping () -> Bool, body: (FindSearch) throws -> Value
    ) throws -> Value? {
        do {
            return try database.read { database in
                try database.whileWanted(isWanted) { try body(FindSearch(database, isWanted: isWanted)) }
            }
        } catch  where Database.wasGivenUp(error) {
            return nil
        }
    }
}

internal import ArgumentParser
internal import Catalog
internal import Logging
internal import Model
internal import Outside
internal import Storage
internal import TierHTTP

/// `bookstore catalog`
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "The catalog server: books, prices, stock and the stock ledger.",
        discussion: "SIGHUP opens catalog_log anew after it was renamed. SIGTERM or Ctrl-C stops cleanly.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var tier: TierOptions
    @OptionGroup var catalog: CatalogOptions

    /// From the contract's day to ten years.
    static let keyHours = CatalogStore.refusalHoursMin...87_600
    static let lowStock = 0...Int(Book.stockMax)

    func run() async throws {
        let settings = try await common.load(
            [
                .data: data.data, .store: data.store, .books: catalog.books, .logQueries: catalog.logQueries,
                .keyHours: catalog.keyHours.map(String.init), .lowStock: catalog.lowStock.map(String.init),
                .privateWebhooks: catalog.privateWebhooks,
                .index: tier.index.map(String.init), .bind: tier.bind,
            ], handed: try tier.handed())
        let process = try TierProcess(.catalog, settings: settings, options: tier)
        let queryLogging = try settings.choice(.logQueries, as: QueryLogging.self)
        _ = try settings.number(.keyHours, in: Self.keyHours)
        let lowStockMax = Int64(try settings.number(.lowStock, in: Self.lowStock))
        let webhooks = try settings.choice(.privateWebhooks, as: PrivateWebhooks.self)
        try await process.run {
            let logPath = try process.logPath("catalog_log")
            let lock = try process.lockData()
            let store = try Self.openStore(in: try process.folder(.data), logPath: logPath, process: process)
            let engine = try CatalogEngine(
                store: store, logPath: logPath, queryLogging: queryLogging, lowStockMax: lowStockMax,
                logger: process.logger, broken: process.broken)
            let server = try await CatalogServer.start(
                engine: engine, token: process.token, at: process.address, hosts: process.hosts,
                outside: OutsideClient(
                    group: process.loops.group, reachesPrivate: webhooks == .allowed),
                loops: process.loops,
                monitor: process.monitor,
                logger: process.logger)
            return TierProcess.Running(address: server.address, reopenLogs: server.reopenLogs) {
                try await server.shutdown()
                lock?.release()
            }
        }
    }

    private static func openStore(
        in folder: String, logPath: String, process: TierProcess
    ) throws -> any CatalogStoring {
        let url = try process.settings.storeURL()
        let place = url.map { "\($0)" } ?? folder
        let reading = ProgressBar("reading books")
        if try url.map(PostgresCatalogStore.exists) ?? CatalogStore.exists(in: folder) {
            try sayThatBooksStay(process, place: place, progress: reading.show)
        } else {
            try refuseForgottenSales(logPath: logPath, url: url, folder: folder)
        }
        let hours = try process.settings.number(.keyHours, in: Self.keyHours)
        let storing = ProgressBar("storing books")
        var bookCount = 0
        let firstBooks = {
            let file = process.settings.text(.books)
            let books =
                file.isEmpty
                ? Book.defaults
                : file == Setting.noBooks ? [] : try BooksFile.read(path: file, progress: reading.show)
            bookCount = books.count
            return books
        }
        let progress = { storing.show($0, of: bookCount) }
        let store: any CatalogStoring =
            if let url {
                try PostgresCatalogStore(
                    url, folder: folder, refusalHours: hours, firstBooks: firstBooks, progress: progress)
            } else {
                try CatalogStore.open(
                    folder: folder, refusalHours: hours, firstBooks: firstBooks, progress: progress)
            }
        let database = try store.databaseName()
        process.logger.notice("catalog of \(store.bookCount) books in \(place), \(database)")
        return store
    }

    /// First books beside a database change nothing, and whoever names them may think that they do. A file that is
    /// broken is a mistake in the configuration all the same, which must not wait for the day of a new store. One that is
    /// gone has done its work.
    private static func sayThatBooksStay(
        _ process: TierProcess, place: String, progress: (Int, Int) -> Void
    ) throws {
        let file = process.settings.text(.books)
        guard !file.isEmpty, file != Setting.noBooks else { return }
        if FileSize.of(file) != nil { _ = try BooksFile.read(path: file, progress: progress) }
        process.logger.notice(
            """
            the store in \(place) goes on with the books that it has: those of \(file) were not added; \
            'bookstore books import' adds books to a store
            """)
    }

    /// A log without its database is a store whose database was lost: opening a new one in its place would
    /// forget every sale.
    private static func refuseForgottenSales(logPath: String, url: StoreURL?, folder: String) throws {
        guard let log = LogFile.all(of: logPath).first(where: { !LogFile.isEmpty($0) }) else { return }
        if let url {
            throw FileFault(
                path: log,
                reason: """
                    belongs to a store that is not in \(url); name the right database by --store, restore it from its \
                    backup, or move this file away to open a new store
                    """)
        }
        throw FileFault(
            path: log,
            reason: """
                belongs to a store whose database is not in '\(folder)'; name the right folder by --data, \
                rebuild the database by 'bookstore recover', or move this file away to open a new store
                """)
    }
}

internal import ArgumentParser
internal import Catalog
internal import Foundation
internal import Logging
internal import Model
internal import Monitoring
internal import TierHTTP

/// `bookstore up`
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "The whole store on this machine, a process for each server.",
        discussion: """
            Starts the servers of the config file, tells when they are ready, starts one again that dies, \
            and stops all of them on Ctrl-C or SIGTERM. A port that is in use ends it before anything is made.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var shop: ShopOptions

    func run() async throws {
        let own: [Setting: String?] = [
            .data: data.data, .store: data.store, .books: catalog.books, .logQueries: catalog.logQueries,
            .keyHours: catalog.keyHours.map(String.init), .lowStock: catalog.lowStock.map(String.init),
            .privateWebhooks: catalog.privateWebhooks,
        ]
        let settings = try await common.load(own.merging(shop.values) { first, _ in first })
        let servers = try settings.servers()
        let jobs = try StoreJobs(settings: settings, servers: servers).all
        try settings.checkServers()
        for warning in SecretFiles.warnings(settings) { ExitStatus.say("bookstore: \(warning)") }
        try AddressCheck.check(jobs.map(\.address))
        let greeting = Greeting(
            settings: settings, servers: servers, jobs: jobs, isOldStore: try settings.namesBooksInVain())
        let loops = TierLoops(count: 1)
        try await Supervisor(jobs: jobs, loops: loops).run { await greeting.write(loops: loops) }
        ExitStatus.say("The store is closed.")
    }
}

extension Settings {
    /// Checks what every server would refuse, so that it is reported once, with its place.
    ///
    /// - Throws: as ``choice(_:as:)``, ``number(_:in:)``, ``token()`` and ``storeURL()``.
    fileprivate func checkServers() throws {
        _ = try choice(.logLevel, as: Logger.Level.self)
        _ = try choice(.logFormat, as: LogFormat.self)
        _ = try choice(.logQueries, as: QueryLogging.self)
        _ = try number(.keyHours, in: CatalogCommand.keyHours)
        _ = try number(.lowStock, in: CatalogCommand.lowStock)
        _ = try choice(.privateWebhooks, as: PrivateWebhooks.self)
        _ = try number(.loops, in: TierProcess.loopCounts)
        _ = try token()
        _ = try publicURL()
        _ = try shopSettings()
        _ = try storeURL()
    }

    /// Whether first books are named beside a store, which has its own.
    fileprivate func namesBooksInVain() throws -> Bool {
        let books = text(.books)
        guard !books.isEmpty, books != Setting.noBooks else { return false }
        return try StoreFiles(data: text(.data), url: try storeURL(), outputs: [text(.output)]).hasCatalog
    }
}

internal import ArgumentParser
internal import Catalog
internal import Foundation
internal import Logging
internal import Model
internal import Monitoring
internal import TierHTTP
internal import UnixSignals

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
    @OptionGroup var desk: DeskOptions

    func run() async throws {
        let settings = try await common.load([
            .data: data.data, .books: catalog.books, .logQueries: catalog.logQueries,
            .keyHours: catalog.keyHours.map(String.init), .deskPasswordFile: desk.deskPasswordFile,
        ])
        let servers = try settings.servers()
        let jobs = try StoreJobs(settings: settings, servers: servers).all
        try settings.checkServers()
        for warning in SecretFiles.warnings(settings) { ExitStatus.say("bookstore: \(warning)") }
        try AddressCheck.check(jobs.map(\.address))
        let frontend = try servers.address(of: .frontend, index: 0, path: settings.text(.config))
        let loops = TierLoops(count: 1)
        let supervisor = Supervisor(jobs: jobs, loops: loops)
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let listening = Task { [stop = supervisor.stop] in
            for await _ in signals { stop() }
        }
        defer { listening.cancel() }
        do {
            if try await supervisor.start() {
                Self.greet(
                    frontend, door: Self.door(servers.storefronts.first, settings),
                    output: settings.text(.output))
                try await supervisor.supervise()
            }
        } catch let ended as TierEnded {
            await supervisor.shutdown()
            ExitStatus.say("bookstore: the \(ended.name) server did not start; everything is stopped")
            throw ExitCode(
                ended.status == ExitStatus.configuration.rawValue ? ended.status : ExitStatus.failed.rawValue)
        } catch {
            await supervisor.shutdown()
            throw error
        }
        await supervisor.shutdown()
        ExitStatus.say("The store is closed.")
    }

    /// Where people with a browser go in; empty where there is no shop.
    private static func door(_ shop: ServerAddress?, _ settings: Settings) -> String {
        guard let shop else { return "" }
        let secrets = [Setting.deskPassword, .deskPasswordFile].map { settings.text($0) }
        let desk =
            secrets.allSatisfy(\.isEmpty)
            ? "Its desk is closed; BOOKSTORE_DESK_PASSWORD=… opens it for storekeepers."
            : "Its desk for storekeepers is at http://\(shop)/desk"
        return "The shop is open at http://\(shop) for people with a browser.\n\(desk)\n"
    }

    private static func greet(_ frontend: ServerAddress, door: String, output: String) {
        Output.write(
            """

            \(door)\
            The store is open at http://\(frontend)
            Try, in another terminal:
              curl 'http://\(frontend)/search?topic=distributed+systems'
              curl 'http://\(frontend)/lookup?item_number=1'
              curl -X POST 'http://\(frontend)/buy?item_number=1'
            Logs are in \(output)/. Ctrl-C closes the store.


            """)
    }
}

extension Settings {
    /// Checks what every server would refuse, so that it is said once, with the place where it stands.
    ///
    /// - Throws: as ``choice(_:as:)``, ``number(_:in:)``, and ``token()``.
    fileprivate func checkServers() throws {
        _ = try choice(.logLevel, as: Logger.Level.self)
        _ = try choice(.logFormat, as: LogFormat.self)
        _ = try choice(.logQueries, as: QueryLogging.self)
        _ = try number(.keyHours, in: CatalogCommand.keyHours)
        _ = try number(.loops, in: TierProcess.loopCounts)
        _ = try token()
    }
}

/// The servers of a config file as jobs of a supervisor.
struct StoreJobs {
    let settings: Settings
    let servers: ServerConfig

    /// In the order of their start: what is behind comes first.
    ///
    /// - Throws: ``Model/FileFault`` when the file names no server of some type, or two catalogs.
    var all: [Supervisor.Job] {
        get throws {
            let path = settings.text(.config)
            var jobs: [Supervisor.Job] = []
            for tier in [Tier.catalog, .order, .frontend] {
                let addresses = servers.servers[tier] ?? []
                guard !addresses.isEmpty else {
                    throw FileFault(
                        path: path,
                        reason:
                            "has no \(tier.rawValue) line; add '\(tier.rawValue),127.0.0.1:\(tier.defaultPort)'"
                    )
                }
                guard tier != .catalog || addresses.count == 1 else {
                    throw FileFault(
                        path: path,
                        reason:
                            "has \(addresses.count) catalog lines; one catalog has the books, so one line is all there may be"
                    )
                }
                for (index, address) in addresses.enumerated() {
                    jobs.append(job(tier, index: index, address: address))
                }
            }
            for (index, address) in servers.storefronts.enumerated() {
                jobs.append(storefront(index: index, address: address))
            }
            return jobs
        }
    }

    private func job(_ tier: Tier, index: Int, address: ServerAddress) -> Supervisor.Job {
        // Each order server has a database and a log of its own.
        let folder = index == 0 || tier != .order ? "" : "/order-\(index)"
        var arguments = [
            tier.rawValue, "--index", String(index), "--output", settings.text(.output) + folder,
        ]
        if tier != .frontend { arguments += ["--data", settings.text(.data) + folder] }
        if tier == .catalog, !settings.text(.books).isEmpty {
            arguments += ["--books", settings.text(.books)]
        }
        return Supervisor.Job(
            name: index == 0 ? tier.rawValue : "\(tier.rawValue) \(index)", address: bound(address),
            arguments: arguments + common, settings: handed(to: tier.rawValue))
    }

    private func storefront(index: Int, address: ServerAddress) -> Supervisor.Job {
        let type = ServerConfig.storefrontType
        return Supervisor.Job(
            name: index == 0 ? type : "\(type) \(index)", address: bound(address),
            arguments: [type, "--index", String(index)] + common,
            settings: handed(to: type))
    }

    /// What each server has as an option of its own.
    private static let asOptions: Set<Setting> = [.config, .output, .data, .books, .index]
    /// What only a web shop needs.
    private static let ofDesk: Set<Setting> = [.deskPassword, .deskPasswordFile]

    /// What a server needs and no option gives: secrets must not stand on a command line, which others can see.
    private func handed(to type: String) -> [Setting: String] {
        var values: [Setting: String] = [:]
        for setting in Setting.all where settings.source(of: setting) != "default" {
            let isNeeded = type == ServerConfig.storefrontType || !Self.ofDesk.contains(setting)
            if isNeeded, !Self.asOptions.contains(setting) { values[setting] = settings.text(setting) }
        }
        return values
    }

    /// Where a server listens that the config file has at `address`.
    private func bound(_ address: ServerAddress) -> ServerAddress {
        let bind = settings.text(.bind)
        return bind.isEmpty ? address : ServerAddress(host: bind, port: address.port)
    }

    /// What every server is told alike.
    private var common: [String] {
        let isThere = settings.source(of: .config) != "default" || FileSize.of(settings.text(.config)) != nil
        return isThere ? ["--config", settings.text(.config)] : []
    }
}

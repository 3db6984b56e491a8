internal import ArgumentParser
internal import Client
internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOPosix
internal import Storage
internal import TierHTTP

/// `bookstore acceptance`
struct AcceptanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acceptance", abstract: "Run acceptance tests 1 to 4 and show each step and verdict.",
        discussion: """
            Without --frontend it opens a store of its own on free ports, tests that and closes it; its logs \
            stay in the output folder. With --frontend it grades any store that speaks the contract; that \
            store must have the four default books and have sold nothing yet.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The frontend to test.", valueName: "host:port"))
    var frontend: String?
    @Option(
        help: ArgumentHelp(
            "With --frontend: where catalog_log and order_log of that store can be read.", valueName: "dir"))
    var logs: String?

    func run() async throws {
        let settings = try await common.load()
        let output = settings.text(.output)
        try Folder.prepare(output, option: Setting.output.flag)
        let loops = TierLoops()
        let isPassed: Bool
        if frontend != nil {
            let address = try FrontendOptions.parse(["--frontend", frontend ?? ""]).address(settings)
            isPassed = try await test(address, output: output, logs: logs, loops: loops)
        } else {
            isPassed = try await testOwnStore(settings, output: output, loops: loops)
        }
        if !isPassed { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func test(
        _ address: ServerAddress, output: String, logs: String?, loops: TierLoops
    ) async throws -> Bool {
        let log = try OperationLog(path: output + "/client_log", isShared: true)
        print("Testing the store at http://\(address)\n")
        let tests = AcceptanceTests(frontend: address, clientLog: log, logFolder: logs, loops: loops) {
            print($0)
        }
        let isPassed = try await tests.run()
        try log.shutdown()
        return isPassed
    }

    /// Opens a store in a temporary folder, tests it and closes it.
    private func testOwnStore(_ settings: Settings, output: String, loops: TierLoops) async throws -> Bool {
        for name in ["catalog_log", "order_log"] { try Self.putAside(output + "/" + name) }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bookstore-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let servers = try await Self.freeAddresses(loops)
        let config = folder.path + "/config"
        let lines = Tier.allCases.flatMap { tier in
            (servers.servers[tier] ?? []).map { "\(tier.rawValue),\($0)\n" }
        }
        try lines.joined().write(toFile: config, atomically: true, encoding: .utf8)
        let own = try await common.load([.config: config, .data: folder.path + "/data"])
        let supervisor = Supervisor(jobs: try StoreJobs(settings: own, servers: servers).all, loops: loops)
        do {
            guard try await supervisor.start() else { return false }
            let address = try servers.address(of: .frontend, index: 0, path: config)
            let isPassed = try await test(address, output: output, logs: output, loops: loops)
            await supervisor.shutdown()
            return isPassed
        } catch let ended as TierEnded {
            await supervisor.shutdown()
            throw WorkFault("the \(ended.name) server did not start")
        } catch {
            await supervisor.shutdown()
            throw error
        }
    }

    /// Keeps the log of an earlier store: this run's logs must hold this run's operations only.
    private static func putAside(_ path: String) throws {
        guard let size = FileSize.of(path), size > 0 else { return }
        // Refused here when a running store writes it.
        try OperationLog(path: path).shutdown()
        let aside = try LogFile.putAside(path)
        ExitStatus.say("\(path) of an earlier store is kept as \(aside)")
    }

    private static func freeAddresses(_ loops: TierLoops) async throws -> ServerConfig {
        var servers: [Tier: [ServerAddress]] = [:]
        var held: [any Channel] = []
        for tier in Tier.allCases {
            let channel = try await ServerBootstrap(group: loops.group).bind(host: "127.0.0.1", port: 0).get()
            held.append(channel)
            servers[tier] = [ServerAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)]
        }
        for channel in held { try await channel.close() }
        return ServerConfig(servers: servers)
    }
}

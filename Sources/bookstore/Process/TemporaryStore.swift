internal import Foundation
internal import Model
internal import NIOCore
internal import NIOPosix
internal import TierHTTP

/// A store that a command opens for itself: on free ports, with its databases in a temporary folder, and gone
/// when the command is done.
struct TemporaryStore {
    let common: CommonOptions
    let loops: TierLoops
    /// The temporary folder.
    let folder: String

    /// Makes the temporary folder; ``run(_:_:)`` removes it.
    init(common: CommonOptions, loops: TierLoops) throws {
        self.common = common
        self.loops = loops
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(
            "bookstore-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    /// Opens the store with `settings` over the common options, calls `body` with its frontend's address,
    /// and closes the store whatever happens.
    ///
    /// - Throws: ``WorkFault`` when a tier does not start; else what `body` throws.
    func run<Value>(
        _ settings: [Setting: String?], _ body: (ServerAddress) async throws -> Value
    ) async throws -> Value {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let servers = try await freeAddresses()
        let config = folder + "/config"
        let lines = Tier.allCases.flatMap { tier in
            (servers.servers[tier] ?? []).map { "\(tier.rawValue),\($0)\n" }
        }
        try lines.joined().write(toFile: config, atomically: true, encoding: .utf8)
        let places: [Setting: String?] = [.config: config, .data: folder + "/data"]
        let own = try await common.load(places.merging(settings) { $1 })
        let supervisor = Supervisor(jobs: try StoreJobs(settings: own, servers: servers).all, loops: loops)
        do {
            guard try await supervisor.start() else { throw WorkFault("the store was stopped") }
            let address = try servers.address(of: .frontend, index: 0, path: config)
            let value = try await body(address)
            await supervisor.shutdown()
            return value
        } catch let ended as TierFault {
            await supervisor.shutdown()
            throw WorkFault("the \(ended.name) server did not start")
        } catch {
            await supervisor.shutdown()
            throw error
        }
    }

    private func freeAddresses() async throws -> ServerConfig {
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

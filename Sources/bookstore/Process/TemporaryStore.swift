internal import Foundation
internal import Model
internal import NIOCore
internal import NIOPosix
internal import Storage
internal import TierHTTP

/// A store that a command opens for itself: on free ports, with its databases in a temporary folder, and gone
/// when the command is done.
struct TemporaryStore {
    let common: CommonOptions
    let loops: TierLoops
    /// The temporary folder.
    let folder: String
    /// Whether the folder stays.
    private let isKept: Bool

    /// Makes the temporary folder, or one that is kept, which must be new or empty.
    ///
    /// - Throws: ``Model/FileFault`` for a folder that cannot be made or has something in it.
    init(common: CommonOptions, loops: TierLoops, keptIn kept: String? = nil) throws {
        self.common = common
        self.loops = loops
        isKept = kept != nil
        folder =
            kept
            ?? FileManager.default.temporaryDirectory.appendingPathComponent("bookstore-\(UUID().uuidString)")
            .path
        try Folder.prepare(folder, option: "--keep")
        guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
            throw FileFault(path: folder, reason: "has something in it; name a new or empty folder")
        }
    }

    var config: String { folder + "/config" }
    var data: String { folder + "/data" }

    /// Removes the folder, unless it is kept.
    func remove() {
        if !isKept { try? FileManager.default.removeItem(atPath: folder) }
    }

    /// Opens the store with `settings` over the common options, calls `body` with its frontend's address,
    /// and closes the store whatever happens.
    ///
    /// - Throws: ``WorkFault`` when a tier does not start; else what `body` throws.
    func run<Value>(
        _ settings: [Setting: String?], _ body: (ServerAddress) async throws -> Value
    ) async throws -> Value {
        defer { remove() }
        let servers = try await configure()
        let own = try await load(settings)
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

    /// The settings of the store: `settings` over its places and the common options.
    func load(_ settings: [Setting: String?]) async throws -> Settings {
        let places: [Setting: String?] = [.config: config, .data: data]
        return try await common.load(places.merging(settings) { $1 })
    }

    /// Finds a free port for each server and writes the config file.
    ///
    /// - Parameter shopPort: the port of a web shop, 0 for a free one; nil for a store without a shop.
    func configure(shopPort: Int? = nil) async throws -> ServerConfig {
        var held: [any Channel] = []
        for port in Tier.allCases.map({ _ in 0 }) + (shopPort.map { [$0] } ?? []) {
            held.append(
                try await ServerBootstrap(group: loops.group).bind(host: "127.0.0.1", port: port).get())
        }
        let addresses = held.map { ServerAddress(host: "127.0.0.1", port: $0.localAddress?.port ?? 0) }
        for channel in held { try await channel.close() }
        let types = Tier.allCases.map(\.rawValue) + [ServerConfig.storefrontType]
        let text = zip(types, addresses).map { "\($0),\($1)\n" }.joined()
        try text.write(toFile: config, atomically: true, encoding: .utf8)
        return try ServerConfig(parsing: text, path: config)
    }
}

internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Processes
internal import TierHTTP

/// The store of a run: its servers as separate processes, with a proxy on every connection between them and from the
/// clients.
final class ChaosStore: Sendable {
    /// The time limit for all servers together to become ready, at the start and after faults.
    static let readyTimeMax = Duration.seconds(20)
    /// The time limit for a server to stop on request.
    private static let stopTimeMax = Duration.seconds(15)
    /// The status of a server that was started while its database was away.
    private static let awayStatus: Int32 = 69
    /// How long such a server waits for its next start.
    private static let awayPause = Duration.milliseconds(300)

    let layout: StoreLayout
    let folder: String
    let servers: [TierChild]
    /// One on each of the layout's ways.
    let proxies: [FaultProxy]
    /// Where the servers' databases are, unless they are files of theirs.
    let database: DatabasePair?
    private let addresses: [ServerAddress]
    private let loops: TierLoops

    /// The addresses for the clients' purchases and lookups.
    var frontends: [ServerAddress] { addresses(of: .frontend, from: .clients) }
    /// The addresses for the clients' updates.
    var catalogs: [ServerAddress] { addresses(of: .catalog, from: .clients) }
    /// The catalogs without proxies, for the audit.
    var catalogsThemselves: [ServerAddress] { layout.servers(of: .catalog).map { addresses[$0] } }

    /// Prepares a store in `folder`, with its proxies running and its servers not yet started.
    ///
    /// - Parameters:
    ///   - program: the executable whose commands are the tiers.
    ///   - loops: event loops, of which the proxies use the first.
    init(
        _ layout: StoreLayout, program: String, folder: String, books: [Book], random: inout FastRandom,
        loops: TierLoops
    ) async throws {
        self.layout = layout
        self.folder = folder
        self.loops = loops
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let counts = [layout.servers.count, layout.ways.count, layout.databaseCount]
        let ports = try LoopbackPorts.find(counts.reduce(0, +), random: &random)
        let all = ports.map { ServerAddress(host: "127.0.0.1", port: $0) }
        addresses = Array(all[..<counts[0]])
        let databases = Array(all[(counts[0] + counts[1])...])
        database = databases.isEmpty ? nil : try DatabasePair(folder: folder, addresses: databases)
        var proxies: [FaultProxy] = []
        for (way, address) in zip(layout.ways, all[counts[0]...]) {
            let target =
                switch way.to {
                case .database(let index): databases[index]
                case .server(let index): addresses[index]
                case .clients: preconditionFailure("no way leads to the clients")
                }
            proxies.append(try await FaultProxy.start(at: address, to: target, on: loops.slots[0].eventLoop))
        }
        self.proxies = proxies
        let lines = books.map { BookLine.text($0) + "\n" }.joined()
        try lines.write(toFile: folder + "/books", atomically: true, encoding: .utf8)
        servers = try layout.servers.indices.map { index in
            try Self.prepare(index, of: layout, program: program, folder: folder, address: all[index]) {
                Self.proxied($0, from: .server(index), layout: layout, proxies: proxies)
            }
        }
    }

    /// Writes a server its own config file, in which the others are behind proxies.
    private static func prepare(
        _ index: Int, of layout: StoreLayout, program: String, folder: String, address: ServerAddress,
        proxied: ((StoreLayout.Place) -> Bool) -> [ServerAddress]
    ) throws -> TierChild {
        let server = layout.servers[index]
        var lines = ["\(server.tier.rawValue),\(address)\n"]
        for tier in Tier.allCases where tier != server.tier {
            let others = layout.servers(of: tier).map(StoreLayout.Place.server)
            lines += proxied(others.contains).map { "\(tier.rawValue),\($0)\n" }
        }
        let file = "\(folder)/config-\(index)"
        try lines.joined().write(toFile: file, atomically: true, encoding: .utf8)
        let place = StorePlace(folder: folder, layout: layout)
        var arguments = [server.tier.rawValue, "--supervised", "--config", file, "--log-level", "notice"]
        arguments += ["--output", place.output(of: server)]
        if server.tier != .frontend { arguments += ["--data", place.data(of: server)] }
        if server.tier == .catalog { arguments += ["--books", folder + "/books"] }
        let databases = proxied((0..<layout.databaseCount).map(StoreLayout.Place.database).contains)
        if !databases.isEmpty { arguments += ["--store", DatabasePair.url(databases)] }
        return TierChild(
            name: server.name, program: program, arguments: arguments,
            errorsPath: "\(folder)/\(server.name.replacingOccurrences(of: " ", with: "-")).err")
    }

    private func addresses(of tier: Tier, from place: StoreLayout.Place) -> [ServerAddress] {
        let servers = layout.servers(of: tier).map(StoreLayout.Place.server)
        return Self.proxied(servers.contains, from: place, layout: layout, proxies: proxies)
    }

    private static func proxied(
        _ isWanted: (StoreLayout.Place) -> Bool, from place: StoreLayout.Place, layout: StoreLayout,
        proxies: [FaultProxy]
    ) -> [ServerAddress] {
        zip(layout.ways, proxies).filter { $0.0.from == place && isWanted($0.0.to) }.map(\.1.address)
    }

    /// Where its files and its databases are.
    var place: StorePlace {
        var place = StorePlace(folder: folder, layout: layout)
        place.url = database.map { DatabasePair.url($0.nodes.map(\.address)) }
        return place
    }

    /// Ends all faults and waits until every server is ready.
    ///
    /// - Returns: the servers that were not ready in time.
    func heal() async throws -> [Finding] {
        for proxy in proxies {
            try await proxy.listen()
            proxy.set(.forward)
        }
        for server in servers {
            server.thaw()
            try server.launch()
        }
        let deadline = ContinuousClock.now + Self.readyTimeMax
        var findings: [Finding] = []
        for (server, address) in zip(servers, addresses) {
            while try await !isReady(address) {
                guard ContinuousClock.now < deadline else {
                    let text = "\(server.name) is not ready \(Self.readyTimeMax) after all faults ended"
                    findings.append(Finding(.serverFailed, "\(text); it said: \(server.lastWords())"))
                    break
                }
                findings += try await restartDead()
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        return findings
    }

    /// Restarts servers that died without being killed, and reports them. One without its database ends, and its
    /// keeper starts it again.
    func restartDead() async throws -> [Finding] {
        var findings: [Finding] = []
        for server in servers {
            guard let status = server.endedByItself() else { continue }
            if status == Self.awayStatus, database != nil {
                // Cancelled, it only comes back sooner.
                try? await Task.sleep(for: Self.awayPause)
            } else {
                let how = status < 0 ? "signal \(-status)" : "exit status \(status)"
                let words = "it said: \(server.lastWords())"
                findings.append(
                    Finding(.serverFailed, "\(server.name) ended by itself with \(how); \(words)"))
            }
            try server.launch()
        }
        return findings
    }

    /// Stops all servers, the frontends first, and then the proxies.
    ///
    /// - Returns: the servers that did not stop cleanly.
    func shutdown() async -> [Finding] {
        var findings: [Finding] = []
        for server in servers.reversed() {
            if let status = await server.terminate(within: Self.stopTimeMax), status != 0 {
                let text = "\(server.name) stopped with status \(status), expected 0"
                findings.append(Finding(.serverFailed, "\(text); it said: \(server.lastWords())"))
            }
        }
        for proxy in proxies { await proxy.shutdown() }
        return findings
    }

    private func isReady(_ address: ServerAddress) async throws -> Bool {
        let client = try await TierClient(tier: "server", addresses: [address], loops: loops)
        let answer = try? await client.ask(.GET, "/readyz", within: .seconds(2))
        await client.shutdown()
        return answer?.status == .ok
    }
}

internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Processes
internal import TierHTTP

/// The store of a run: a catalog, an order server and two frontends as separate processes, with a proxy on
/// every connection between them and from the clients.
final class ChaosStore: Sendable {
    static let serverCount = 4
    static let proxyCount = 8
    /// The time limit for all servers together to become ready, at the start and after faults.
    static let readyTimeMax = Duration.seconds(20)
    /// The time limit for a server to stop on request.
    private static let stopTimeMax = Duration.seconds(15)

    let folder: String
    let servers: [TierChild]
    let proxies: [FaultProxy]
    private let addresses: [ServerAddress]
    private let loops: TierLoops

    private static let names = ["catalog", "order", "frontend 0", "frontend 1"]
    /// The server that each proxy leads to: from the clients to frontend 0, frontend 1 and the catalog, from the order
    /// server to the catalog, and from each frontend to the catalog and the order server.
    private static let targets = [2, 3, 0, 0, 0, 1, 0, 1]

    /// The addresses for the clients' purchases and lookups.
    var frontends: [ServerAddress] { [proxies[0].address, proxies[1].address] }
    /// The address for the clients' updates.
    var catalog: ServerAddress { proxies[2].address }
    /// The catalog without a proxy, for the audit.
    var catalogItself: ServerAddress { addresses[0] }
    var data: String { folder + "/data" }
    var output: String { folder + "/output" }

    /// Prepares a store in `folder`, with its proxies running and its servers not yet started.
    ///
    /// - Parameters:
    ///   - program: the executable whose commands are the tiers.
    ///   - loops: event loops, of which the proxies use the first.
    init(program: String, folder: String, books: [Book], random: inout FastRandom, loops: TierLoops)
        async throws
    {
        self.folder = folder
        self.loops = loops
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let ports = try LoopbackPorts.find(Self.serverCount + Self.proxyCount, random: &random)
        let all = ports.map { ServerAddress(host: "127.0.0.1", port: $0) }
        addresses = Array(all.prefix(Self.serverCount))
        var proxies: [FaultProxy] = []
        for (target, address) in zip(Self.targets, all.dropFirst(Self.serverCount)) {
            proxies.append(
                try await FaultProxy.start(
                    at: address, to: addresses[target], on: loops.slots[0].eventLoop))
        }
        self.proxies = proxies
        let lines = books.map { BookLine.text($0) + "\n" }.joined()
        try lines.write(toFile: folder + "/books", atomically: true, encoding: .utf8)
        servers = try Self.prepareServers(
            program: program, folder: folder, addresses: addresses, proxies: proxies)
    }

    /// Writes each server its own config file, in which the others are behind proxies.
    private static func prepareServers(
        program: String, folder: String, addresses: [ServerAddress], proxies: [FaultProxy]
    ) throws -> [TierChild] {
        let behind: [(Tier, [(Tier, ServerAddress)])] = [
            (.catalog, []), (.order, [(.catalog, proxies[3].address)]),
            (.frontend, [(.catalog, proxies[4].address), (.order, proxies[5].address)]),
            (.frontend, [(.catalog, proxies[6].address), (.order, proxies[7].address)]),
        ]
        return try behind.indices.map { index in
            let (tier, others) = behind[index]
            let file = "\(folder)/config-\(index)"
            let lines = ([(tier, addresses[index])] + others).map { "\($0.0.rawValue),\($0.1)\n" }
            try lines.joined().write(toFile: file, atomically: true, encoding: .utf8)
            var arguments = [tier.rawValue, "--supervised", "--config", file, "--log-level", "notice"]
            arguments += ["--output", folder + "/output"]
            if tier != .frontend { arguments += ["--data", folder + "/data"] }
            if tier == .catalog { arguments += ["--books", folder + "/books"] }
            let name = names[index]
            return TierChild(
                name: name, program: program, arguments: arguments,
                errorsPath: "\(folder)/\(name.replacingOccurrences(of: " ", with: "-")).err")
        }
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
                findings += try restartDead()
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        return findings
    }

    /// Restarts servers that died without being killed, and reports them.
    func restartDead() throws -> [Finding] {
        try servers.compactMap { server in
            guard let status = server.endedByItself() else { return nil }
            let how = status < 0 ? "signal \(-status)" : "exit status \(status)"
            let words = server.lastWords()
            try server.launch()
            return Finding(.serverFailed, "\(server.name) ended by itself with \(how); it said: \(words)")
        }
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

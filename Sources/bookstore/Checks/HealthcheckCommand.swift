internal import ArgumentParser
internal import Foundation
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// `bookstore healthcheck`
struct HealthcheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "healthcheck", abstract: "Ask a server on this machine whether it is ready.",
        discussion: """
            Made for container engines and load balancers: no tool besides the store is needed. Without a \
            name it asks the server that this container runs as its first process. Exit status 0 when the server \
            is ready (or, with --live, when it answers at all), 1 when it says no, 69 when nothing answers.
            """)

    /// Shorter than the three seconds after which an engine usually gives up on a check.
    private static let answerTimeMax = TimeAmount.seconds(2)

    @Argument(
        help: "catalog, order, frontend or storefront.",
        completion: .list(Tier.allCases.map(\.rawValue) + [ServerConfig.storefrontType]))
    var server: String?
    @Flag(help: "Ask only whether the process runs, not whether what it needs is there.") var live = false
    @OptionGroup var common: CommonOptions
    @Option(
        help: ArgumentHelp("Which of several lines of its type the server is, from 0.", valueName: "n"))
    var index: Int?
    @Option(
        help: ArgumentHelp("The address that the server was told to listen on.", valueName: "address"))
    var bind: String?

    func run() async throws {
        let settings = try await common.load([.index: index.map(String.init), .bind: bind])
        let server = try serverToAsk()
        let line = try Self.line(
            of: server, in: try settings.servers(), index: try settings.number(.index, in: 0...999),
            path: settings.text(.config))
        let address = ServerAddress(
            host: Self.reachableHost(bind: settings.text(.bind), line: line.host), port: line.port)
        let answer: TierAnswer
        do {
            answer = try await ask(server, at: address, live ? "/livez" : "/readyz")
        } catch {
            ExitStatus.say("\(server) at \(address) does not answer: \(ExitStatus.text(error))")
            throw ExitCode(ExitStatus.unreachable.rawValue)
        }
        let body = String(buffer: answer.body)
        guard answer.status == .ok else {
            ExitStatus.say("\(server) at \(address): \(answer.status.code) \(body)")
            throw ExitCode(ExitStatus.failed.rawValue)
        }
        Output.line(body)
    }

    private func serverToAsk() throws -> String {
        guard let server else {
            let firstProcess = FileManager.default.contents(atPath: "/proc/1/cmdline") ?? Data()
            guard let found = Self.server(ofCommandLine: firstProcess) else {
                throw ValidationError("name the server to ask: process 1 of this machine is none")
            }
            return found
        }
        guard Self.isServer(server) else {
            throw ValidationError(
                "\(ShownText.quoted(server)) is no server; the servers are catalog, order, frontend and storefront"
            )
        }
        return server
    }

    private static func isServer(_ name: String) -> Bool {
        Tier(rawValue: name) != nil || name == ServerConfig.storefrontType
    }

    /// The server that a process is, by its arguments as `/proc/PID/cmdline` has them, each ended by a zero.
    private static func server(ofCommandLine data: Data) -> String? {
        let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard words.count >= 2, words[0].hasSuffix("bookstore"), isServer(words[1]) else { return nil }
        return words[1]
    }

    /// Where the config file says that a server listens.
    private static func line(of server: String, in servers: ServerConfig, index: Int, path: String) throws
        -> ServerAddress
    {
        guard let tier = Tier(rawValue: server) else {
            return try servers.storefront(index: index, path: path)
        }
        return try servers.address(of: tier, index: index, path: path)
    }

    /// Where a server answers that listens on `bind`, or, if that is empty, on its line's host.
    private static func reachableHost(bind: String, line: String) -> String {
        switch bind.isEmpty ? line : bind {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        case let host: host
        }
    }

    private func ask(_ server: String, at address: ServerAddress, _ path: String) async throws -> TierAnswer {
        let loops = TierLoops(count: 1)
        let client = try await TierClient(tier: server, addresses: [address], loops: loops)
        return try await client.ask(.GET, path, within: Self.answerTimeMax)
    }
}

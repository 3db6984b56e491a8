internal import ArgumentParser
internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// Options of the commands by which a storekeeper looks at the store and changes it.
struct KeeperOptions: ParsableArguments {
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions
    @Flag(help: "Print the server's JSON instead of a table.") var json = false
}

/// Who makes a change, and why: both stand in the ledger.
struct ChangeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Who makes the change; the name you are logged in by without it.", valueName: "name"))
    var actor: String?
    @Option(help: ArgumentHelp("Why.", valueName: "text")) var reason: String?
    @Option(
        help: ArgumentHelp(
            "The change's idempotency key, 1 to 255 visible ASCII characters: the same key never changes anything twice. Drawn without it.",
            valueName: "key"))
    var key: String?

    func validate() throws {
        try ArgumentCheck.checkText(actor, "--actor", byteCountMax: KeeperRequest.actorByteCountMax)
        try ArgumentCheck.checkText(reason, "--reason", byteCountMax: KeeperRequest.reasonByteCountMax)
        _ = try KeyOption.parsed(key)
    }

    /// The members of a request that say so.
    var members: [String: Any] {
        var members: [String: Any] = ["actor": actor ?? NSUserName()]
        members["reason"] = reason
        return members
    }
}

/// A connection to one server of the store, with the store's token.
struct KeeperConnection {
    private static let answerTimeMax = TimeAmount.seconds(10)

    let address: ServerAddress
    private let client: TierClient
    private let loops: TierLoops

    /// Runs `body` with a connection to the frontend.
    static func open(
        _ options: KeeperOptions, _ body: (KeeperConnection) async throws -> Void
    ) async throws {
        try await open(options.frontend, options.common, body)
    }

    /// Runs `body` with a connection to the frontend.
    static func open(
        _ frontend: FrontendOptions, _ common: CommonOptions,
        _ body: (KeeperConnection) async throws -> Void
    ) async throws {
        try await open(.frontend, at: frontend.address, common, body)
    }

    /// Runs `body` with a connection to the catalog of the config file.
    static func openCatalog(
        _ common: CommonOptions, _ body: (KeeperConnection) async throws -> Void
    ) async throws {
        let address = { (settings: Settings) in
            try settings.servers().address(of: .catalog, index: 0, path: settings.text(.config))
        }
        try await open(.catalog, at: address, common, body)
    }

    private static func open(
        _ tier: Tier, at address: (Settings) throws -> ServerAddress, _ common: CommonOptions,
        _ body: (KeeperConnection) async throws -> Void
    ) async throws {
        let settings = try await common.load()
        let address = try address(settings)
        let loops = TierLoops(count: 1)
        let client = try await TierClient(
            tier: tier.rawValue, addresses: [address], loops: loops,
            monitor: SystemMonitor(tier: "client", shardCount: 1), token: try settings.token())
        do {
            try await body(KeeperConnection(address: address, client: client, loops: loops))
        } catch {
            await client.shutdown(on: loops)
            guard let fault = error as? StoreError, case .unavailable = fault else { throw error }
            throw OutOfReach(fault, at: address)
        }
        await client.shutdown(on: loops)
    }

    /// Asks for something.
    func get(_ path: String, _ parameters: [(String, String?)] = []) async throws -> KeeperAnswer {
        let query = parameters.compactMap { name, value in
            value.map { "\(name)=\(RequestTarget.encode($0))" }
        }
        return try await send(.GET, path + (query.isEmpty ? "" : "?" + query.joined(separator: "&")))
    }

    /// Sends a JSON object: a change that is made once, however often it is sent.
    func post(_ path: String, _ members: [String: Any], _ change: ChangeOptions) async throws -> KeeperAnswer
    {
        let body = try JSONSerialization.data(withJSONObject: members)
        return try await post(path, "application/json", ByteBuffer(bytes: body), change)
    }

    /// Sends bytes: a change that is made once, however often it is sent.
    func post(
        _ path: String, _ contentType: String, _ bytes: ByteBuffer, _ change: ChangeOptions,
        within time: TimeAmount = answerTimeMax
    ) async throws -> KeeperAnswer {
        let key = try KeyOption.parsed(change.key) ?? .random()
        return try await send(.POST, path, key: key, body: TierCall.Body(contentType, bytes), within: time)
    }

    /// - Throws: ``UnknownOutcome`` when a change may have been made without an answer.
    private func send(
        _ method: HTTPMethod, _ target: String, key: IdempotencyKey? = nil, body: TierCall.Body? = nil,
        within time: TimeAmount = answerTimeMax
    ) async throws -> KeeperAnswer {
        var random = FastRandom()
        let call = TierCall(
            method, target, key: key?.field, body: body,
            repetition: key != nil ? .ifPeerKeepsKeys : .always, deadline: .now() + time,
            trace: TraceContext(using: &random), operation: client.operation("request"),
            lane: key != nil ? .changes : .reads)
        let slot = loops.slots[0]
        let answer: TierAnswer
        do {
            answer = try await slot.eventLoop.flatSubmit { [client] in client.send(call, on: slot) }.get()
        } catch StoreError.unavailable(let tier, let reason, let isUnknown) where isUnknown {
            guard let key else {
                throw StoreError.unavailable(tier: tier, reason: reason, outcomeUnknown: false)
            }
            let error = StoreError.unavailable(tier: tier, reason: reason, outcomeUnknown: true)
            throw KeeperAnswer.unknown("\(ExitStatus.text(error)) (\(address))", key)
        }
        return KeeperAnswer(
            status: Int(answer.status.code), body: Data(answer.body.readableBytesView), key: key)
    }
}

/// What a server answered.
struct KeeperAnswer {
    let status: Int
    let body: Data
    /// The key of the change that was asked for; nil where something was only read.
    let key: IdempotencyKey?

    static func unknown(_ text: String, _ key: IdempotencyKey) -> UnknownOutcome {
        UnknownOutcome(text, key: key, promise: "never changes anything twice")
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Writes JSON as the servers do.
    static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// The answer's content.
    ///
    /// - Throws: ``ExitCode`` after it has said what the server refused.
    func decoded<Content: Decodable>(as type: Content.Type) throws -> Content {
        try check()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: body)
        } catch {
            throw WorkFault("the server sent an invalid response")
        }
    }

    /// What a 409 says; nil for a success.
    ///
    /// - Throws: ``ExitCode`` after it has said what else the server refused.
    func refusal<Content: Decodable>(as type: Content.Type) throws -> Content? {
        guard status == 409 else {
            try check()
            return nil
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: body)
    }

    /// Says what the server refused, with what it has instead, and ends with the status that fits.
    func check() throws {
        guard status != 200 else { return }
        let problem = try? JSONSerialization.jsonObject(with: body) as? [String: Any]
        let detail = problem?["detail"] as? String ?? "the server answered with status \(status)"
        if status == 503, let key { throw Self.unknown(detail, key) }
        ExitStatus.say("bookstore: \(detail)")
        for book in problem?["current"] as? [[String: Any]] ?? [] {
            ExitStatus.say(
                "  now: book \(book["item_number"] ?? "?"), stock \(book["stock"] ?? "?"), cost \(book["cost"] ?? "?")"
            )
        }
        if status == 401 {
            ExitStatus.say("  set \(Setting.token.variable), or name its file by \(Setting.tokenFile.flag)")
        }
        throw ExitCode((status == 503 ? ExitStatus.unreachable : .failed).rawValue)
    }
}

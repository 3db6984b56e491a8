internal import Foundation
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// A connection to one server of the store, with the store's token.
struct KeeperConnection {
    private static let answerTimeMax = TimeAmount.seconds(10)

    let address: ServerAddress
    private let client: TierClient

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
            tier: tier.rawValue, addresses: [address], loops: loops, token: try settings.token())
        do {
            try await body(KeeperConnection(address: address, client: client))
        } catch {
            await client.shutdown(on: loops)
            guard let fault = error as? StoreError, case .unavailable = fault else { throw error }
            throw UnreachableFault(fault, at: address)
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

    /// - Throws: ``UnknownOutcomeFault`` when a change may have been made without an answer.
    private func send(
        _ method: HTTPMethod, _ target: String, key: IdempotencyKey? = nil, body: TierCall.Body? = nil,
        within time: TimeAmount = answerTimeMax
    ) async throws -> KeeperAnswer {
        let answer: TierAnswer
        do {
            answer = try await client.ask(
                method, target, key: key, body: body,
                repetition: key != nil ? .ifPeerKeepsKeys : .always, within: time,
                lane: key != nil ? .changes : .reads)
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

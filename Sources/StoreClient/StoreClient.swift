package import Model
internal import Monitoring
package import NIOCore
package import NIOHTTP1
internal import StoreAPI
package import TierHTTP

/// The store's API (docs/api.md) for programs that are no part of it.
package struct StoreClient: Sendable {
    private static let endpoints: [Endpoint] = [
        .find, .details, .cover, .topics, .search, .lookup, .buy, .receipt, .books, .book, .movements,
        .totals, .tiers, .orders, .updates, .add, .edit, .retire, .restore, .load, .undo, .importing, .ledger,
        .events, .basket, .order, .cancel, .state, .forget, .customerOrders, .newKeeper, .newRole,
        .newPassword, .removal, .keepers, .signIn, .session, .signOut, .endSessions, .shopProfile, .settings,
        .events, .basket, .order, .cancel, .state, .forget, .customerOrders, .webhooks, .newWebhook,
        .webhookRemove, .webhookResend, .deadLetters,
    ]

    private let client: TierClient
    private let readTimeMax: TimeAmount
    private let changeTimeMax: TimeAmount
    private let operations: [String: SystemMonitor.Operation]
    /// The session of the keeper for whom it asks; nil for who has the store's token alone.
    private var session: SessionSecret?

    /// A client of the servers behind `client`.
    ///
    /// - Parameters:
    ///   - readTimeMax: how long an answer to a question may take.
    ///   - changeTimeMax: how long one to a purchase or change may take.
    package init(
        client: TierClient, readTimeMax: TimeAmount = .seconds(10), changeTimeMax: TimeAmount = .seconds(10)
    ) {
        self.client = client
        self.readTimeMax = readTimeMax
        self.changeTimeMax = changeTimeMax
        operations = Dictionary(
            uniqueKeysWithValues: Set(Self.endpoints.map(\.name)).map { ($0, client.operation("/" + $0)) })
    }

    /// A client with connections of its own to servers that are equals.
    ///
    /// - Parameters:
    ///   - name: how errors name the servers.
    ///   - token: shown to them with every request.
    package init(
        of name: String, at addresses: [ServerAddress], loops: TierLoops, token: BearerToken? = nil
    ) async throws {
        self.init(
            client: try await TierClient(
                tier: name, addresses: addresses, loops: loops, limits: ClientLimits(tiersBehind: 2),
                token: token))
    }

    /// The same client for a keeper: what the keeper must not do, it is refused with a status of 403, and what it
    /// changes is the keeper's.
    package func signedIn(_ session: SessionSecret) -> StoreClient {
        var client = self
        client.session = session
        return client
    }

    /// Closes all connections.
    package func shutdown() async { await client.shutdown() }

    /// Sends any request, for who judges the answer: it comes back whatever its status.
    ///
    /// - Throws: ``Model/StoreError`` where none comes.
    package func send(
        _ method: HTTPMethod, _ target: String, key: IdempotencyKey? = nil, within time: TimeAmount? = nil,
        lane: Lane = .quick
    ) async throws -> TierAnswer {
        try await client.ask(method, target, key: key, within: time ?? readTimeMax, lane: lane)
    }

    /// Asks for something, or for a change, and reads the answer.
    ///
    /// - Parameter mayRepeat: whether a second copy of a change does no harm where it is not known what became of the
    ///   first.
    /// - Throws: ``StoreFault``
    func ask<Result: Decodable & Sendable>(
        _ endpoint: Endpoint, _ parameters: [(name: String, value: String?)] = [],
        key: IdempotencyKey? = nil, body: TierCall.Body? = nil, mayRepeat: Bool = true,
        within time: TimeAmount? = nil, trace: TraceContext?
    ) async throws(StoreFault) -> StoreAnswer<Result> {
        let answer = try await answer(
            of: endpoint, parameters, key: key, body: body, mayRepeat: mayRepeat, within: time, trace: trace)
        do {
            return try StoreAnswer(answer)
        } catch {
            throw .unavailable(.nonsense, key: endpoint.isRead ? nil : key)
        }
    }

    /// The body of a success.
    func answer(
        of endpoint: Endpoint, _ parameters: [(name: String, value: String?)], key: IdempotencyKey? = nil,
        body: TierCall.Body? = nil, mayRepeat: Bool = true, within time: TimeAmount? = nil,
        trace: TraceContext?
    ) async throws(StoreFault) -> ByteBuffer {
        let isRead = endpoint.isRead
        let answer: TierAnswer
        do {
            answer = try await client.ask(
                isRead ? .GET : .POST, Self.target(endpoint, parameters), key: key,
                session: endpoint.right == nil ? nil : session, body: body,
                repetition: isRead || endpoint.isPurchase
                    ? .always : mayRepeat ? .ifPeerKeepsKeys : .never,
                within: time ?? (isRead ? readTimeMax : changeTimeMax), trace: trace,
                operation: operations[endpoint.name],
                lane: endpoint.lane(isByWords: parameters.contains { $0.name == "q" && $0.value != nil }))
        } catch {
            throw .unavailable(.noAnswer(error), key: isRead ? nil : key)
        }
        guard answer.status == .ok else { throw Self.fault(StoreProblem(answer), key: isRead ? nil : key) }
        return answer.body
    }

    private static func target(
        _ endpoint: Endpoint, _ parameters: [(name: String, value: String?)]
    ) -> String {
        let pairs = parameters.compactMap { name, value in
            value.map { "\(name)=\(RequestTarget.encode($0))" }
        }
        return "/\(endpoint.name)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    /// - Parameter key: of a change, whose outcome is known only from a refusal.
    private static func fault(_ problem: StoreProblem, key: IdempotencyKey?) -> StoreFault {
        switch problem.status {
        case 400..<500: .refused(problem)
        // Where no tier is away, the store says itself what would help.
        case 503 where key == nil && problem.detail != nil && problem.dependency == nil: .busy(problem)
        default: .unavailable(.problem(problem), key: problem.isOutcomeUnknown ? key : nil)
        }
    }
}

internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
package import TierHTTP

/// The frontend's API (docs/api.md) as the shop and the desk use it.
package struct StoreClient: Sendable {
    /// The frontend's resources.
    enum Resource: String, CaseIterable {
        case find, topics, lookup, buy, receipt
        case books, book, movements, totals, tiers, updates, add, retire
        case load = "import"

        /// Which connections a question travels on, so that none waits behind one that takes longer.
        func lane(isSearch: Bool) -> Lane {
            switch self {
            case .lookup: .quick
            case .find, .books: isSearch ? .finds : .reads
            case .topics, .receipt, .book, .movements, .totals: .reads
            case .buy, .updates, .add, .retire, .load: .changes
            case .tiers: .probes
            }
        }
    }

    private let client: TierClient
    private let operations: [Resource: SystemMonitor.Operation]

    /// A client of the frontends behind `client`.
    package init(client: TierClient) {
        self.client = client
        operations = Dictionary(
            uniqueKeysWithValues: Resource.allCases.map { ($0, client.operation("/" + $0.rawValue)) })
    }

    /// Asks for something and reads the answer.
    ///
    /// - Throws: ``StoreFault``
    func get<Result: Decodable & Sendable>(
        _ resource: Resource, _ parameters: [(name: String, value: String?)] = [],
        key: IdempotencyKey? = nil, as type: Result.Type, within timeMax: TimeAmount = ShopLimits.readTimeMax,
        trace: TraceContext
    ) async throws -> StoreAnswer<Result> {
        let body = try await send(.GET, resource, parameters, key: key, timeMax: timeMax, trace: trace)
        return try Self.decode(body, outcomeUnknown: false)
    }

    /// Buys one copy, if it costs at most `priceMax` at that moment. The same key buys at most one, however often
    /// it is sent.
    ///
    /// - Returns: false when the book is sold out.
    /// - Throws: ``StoreFault``; its status is 412 when the book costs more.
    func buy(
        _ item: ItemNumber, atMost priceMax: Cents, key: IdempotencyKey, trace: TraceContext
    ) async throws -> Bool {
        let parameters = [("item_number", item.description), ("cost_max", priceMax.description)]
        let body = try await send(
            .POST, .buy, parameters, key: key, timeMax: ShopLimits.purchaseTimeMax, trace: trace)
        let answer: StoreAnswer<String> = try Self.decode(body, outcomeUnknown: true)
        return answer.result == "Success"
    }

    /// Changes something and reads the answer. The same key changes it once, however often it is sent.
    ///
    /// - Throws: ``StoreFault``
    func post<Result: Decodable & Sendable>(
        _ resource: Resource, _ order: some Encodable, key: IdempotencyKey, as type: Result.Type,
        trace: TraceContext
    ) async throws -> Result {
        let body = TierCall.Body(
            "application/json", ByteBuffer(bytes: try JSONEncoder().encode(order)))
        let answer = try await send(
            .POST, resource, [], key: key, body: body, timeMax: ShopLimits.purchaseTimeMax, trace: trace)
        return try (Self.decode(answer, outcomeUnknown: true) as StoreAnswer<Result>).result
    }

    /// Sends a text and reads the answer. The same key does it once, however often it is sent.
    ///
    /// - Throws: ``StoreFault``
    func post<Result: Decodable & Sendable>(
        _ resource: Resource, _ parameters: [(name: String, value: String?)], text: ByteBuffer,
        key: IdempotencyKey, as type: Result.Type, trace: TraceContext
    ) async throws -> Result {
        let answer = try await send(
            .POST, resource, parameters, key: key, body: TierCall.Body("text/plain; charset=utf-8", text),
            timeMax: ShopLimits.purchaseTimeMax, trace: trace)
        return try (Self.decode(answer, outcomeUnknown: true) as StoreAnswer<Result>).result
    }

    private func send(
        _ method: HTTPMethod, _ resource: Resource, _ parameters: [(name: String, value: String?)],
        key: IdempotencyKey?, body: TierCall.Body? = nil, timeMax: TimeAmount, trace: TraceContext
    ) async throws -> ByteBuffer {
        let answer: TierAnswer
        do {
            answer = try await client.ask(
                method, Self.target(resource, parameters), key: key, body: body, within: timeMax,
                trace: trace, operation: operations[resource],
                lane: resource.lane(isSearch: parameters.contains { $0.name == "q" && $0.value != nil }))
        } catch {
            throw StoreFault.unavailable(outcomeUnknown: method != .GET)
        }
        return try Self.check(answer, outcomeUnknown: method != .GET)
    }

    private static func target(
        _ resource: Resource, _ parameters: [(name: String, value: String?)]
    ) -> String {
        let pairs = parameters.compactMap { name, value in
            value.map { "\(name)=\(RequestTarget.encode($0))" }
        }
        return "/\(resource.rawValue)" + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    private static func check(_ answer: TierAnswer, outcomeUnknown: Bool) throws -> ByteBuffer {
        switch answer.status.code {
        case 200: return answer.body
        case 400..<500:
            let problem = try? JSONDecoder().decode(StoreProblem.self, from: Data(buffer: answer.body))
            throw StoreFault.refused(
                status: Int(answer.status.code), detail: problem?.detail ?? "the store refused the request",
                body: answer.body)
        case 503 where !outcomeUnknown:
            let problem = try? JSONDecoder().decode(StoreProblem.self, from: Data(buffer: answer.body))
            // Where no tier is away, the store says itself what would help.
            guard let detail = problem?.detail, problem?.dependency == nil else { fallthrough }
            throw StoreFault.busy(detail: detail)
        default: throw StoreFault.unavailable(outcomeUnknown: outcomeUnknown)
        }
    }

    private static func decode<Result: Decodable & Sendable>(
        _ body: ByteBuffer, outcomeUnknown: Bool
    ) throws -> StoreAnswer<Result> {
        do {
            return try JSONDecoder().decode(StoreAnswer<Result>.self, from: Data(buffer: body))
        } catch {
            // Some other program, or half an answer.
            throw StoreFault.unavailable(outcomeUnknown: outcomeUnknown)
        }
    }
}

extension Data {
    /// The readable bytes of a buffer.
    init(buffer: ByteBuffer) { self.init(buffer.readableBytesView) }
}

internal import Linearizability
internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import StoreAPI
internal import StoreClient
internal import TierHTTP

/// Sends a client's requests: purchases and lookups to the frontends, updates to the catalogs.
struct StoreCaller: Sendable {
    private let frontends: StoreClient
    private let catalogs: StoreClient

    /// Creates a caller with its own connections.
    init(frontends: [ServerAddress], catalogs: [ServerAddress], loops: TierLoops) async throws {
        self.frontends = try await StoreClient(of: "frontend", at: frontends, loops: loops)
        self.catalogs = try await StoreClient(of: "catalog", at: catalogs, loops: loops)
    }

    /// Sends a purchase: by POST, or by GET like old clients.
    func buy(_ item: ItemNumber, key: IdempotencyKey, byGet: Bool = false, within limit: TimeAmount) async
        -> Reply
    {
        let target = "/buy?item_number=\(item)"
        return await send(byGet ? .GET : .POST, target, key: key, within: limit) { Self.verdict($0.body) }
    }

    /// Sends an update. Our catalog keeps the keys of updates like those of purchases.
    func update(
        _ item: ItemNumber, price: Cents?, units: Int64?, key: IdempotencyKey, within limit: TimeAmount
    ) async -> Reply {
        let cost = price.map(\.description) ?? "na"
        let stock = units.map(String.init) ?? "na"
        let target = "/update?item_number=\(item)&cost=\(cost)&stock=\(stock)"
        return await send(.POST, target, key: key, toCatalog: true, within: limit) { Self.verdict($0.body) }
    }

    func lookup(_ item: ItemNumber, within limit: TimeAmount) async -> Reply {
        await send(.GET, "/lookup?item_number=\(item)", within: limit) { answer in
            guard let book = try? StoreAnswer<Book>(answer.body).result, book.item == item else { return nil }
            return .found(BookState(stock: book.stock, price: book.price))
        }
    }

    /// Searches for a topic.
    ///
    /// - Returns: the item numbers in the order of the response; nil without a response.
    func search(topic: String, within limit: TimeAmount) async -> [ItemNumber]? {
        let target = "/search?topic=" + RequestTarget.encode(topic)
        guard let answer = try? await answer(.GET, target, key: nil, toCatalog: false, within: limit),
            answer.status == .ok
        else { return nil }
        return try? StoreAnswer<[Listing]>(answer.body).result.map(\.item)
    }

    func shutdown() async {
        await frontends.shutdown()
        await catalogs.shutdown()
    }

    private func send(
        _ method: HTTPMethod, _ target: String, key: IdempotencyKey? = nil, toCatalog: Bool = false,
        within limit: TimeAmount, read: (TierAnswer) -> HistoryOperation.Outcome?
    ) async -> Reply {
        guard let answer = try? await answer(method, target, key: key, toCatalog: toCatalog, within: limit)
        else {
            return .unknown
        }
        switch answer.status.code {
        case 200:
            if let outcome = read(answer) { return .outcome(outcome) }
        case 409, 503: return .unknown
        case 422: return .keyReused
        default: break
        }
        return .wrong(
            "\(method) \(target) was answered \(answer.status.code) \(String(buffer: answer.body).prefix(200))"
        )
    }

    private func answer(
        _ method: HTTPMethod, _ target: String, key: IdempotencyKey?, toCatalog: Bool,
        within limit: TimeAmount
    ) async throws -> TierAnswer {
        try await (toCatalog ? catalogs : frontends).send(
            method, target, key: key, within: limit, lane: target.hasPrefix("/search") ? .topics : .quick)
    }

    private static func verdict(_ body: ByteBuffer) -> HistoryOperation.Outcome? {
        ResultBody.isSuccess(body).map { $0 ? .success : .failed }
    }
}

internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Services
internal import StoreAPI
internal import TierHTTP

/// Passes searches and lookups on to the catalog, and its answers back as the bytes they are: taking them
/// apart and putting them together again would cost more than all the rest of the frontend.
struct CatalogRelay: Sendable {
    private let client: TierClient
    private let searchOperation: SystemMonitor.Operation
    private let lookupOperation: SystemMonitor.Operation

    init(client: TierClient) {
        self.client = client
        searchOperation = client.operation("/query_by_topic")
        lookupOperation = client.operation("/query_by_item")
    }

    func search(topic: String, page: SearchPage?, for request: TierRequest) -> EventLoopFuture<TierResponse> {
        let target =
            "/query_by_topic?topic=" + RequestTarget.encode(topic) + (page?.parameters ?? "")
        return relay(target, item: nil, operation: searchOperation, for: request)
    }

    func lookup(_ item: ItemNumber, for request: TierRequest) -> EventLoopFuture<TierResponse> {
        relay("/query_by_item?item_number=\(item)", item: item, operation: lookupOperation, for: request)
    }

    private func relay(
        _ target: String, item: ItemNumber?, operation: SystemMonitor.Operation, for request: TierRequest
    ) -> EventLoopFuture<TierResponse> {
        let call = TierCall(
            .GET, target, deadline: request.arrived + FrontendRoutes.readTimeMax, trace: request.trace,
            operation: operation, times: request.times, entry: "catalog-query", mayBatch: item != nil,
            lane: item == nil ? .topics : .quick)
        return client.send(call, on: request.slot).flatMapThrowing { [client] answer in
            try client.check(answer, item: item, isRead: true)
            guard Self.looksLikeObject(answer.body) else { throw client.nonsense(isRead: true) }
            return .json(answer.body)
        }
    }

    /// Whether a body can be a JSON object at all: an error page of some other program must not reach a
    /// client as an answer.
    private static func looksLikeObject(_ body: ByteBuffer) -> Bool {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        return body.readableBytesView.first { !isBlank($0) } == UInt8(ascii: "{")
            && body.readableBytesView.last { !isBlank($0) } == UInt8(ascii: "}")
    }
}

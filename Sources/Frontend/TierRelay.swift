internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Services
internal import StoreAPI
internal import TierHTTP

/// Passes requests on to the tier that knows, and its answers back as the bytes they are: taking them apart and
/// putting them together again would cost more than all the rest of the frontend.
struct TierRelay: Sendable {
    /// How long the tier may take over what only reads.
    static let readTimeMax = TimeAmount.seconds(3)
    /// How long it may take over a purchase or another change: longer than it gives the tier behind it, so that its
    /// own answer arrives.
    static let changeTimeMax = TimeAmount.seconds(5)

    private static let passedOn: Set<HTTPResponseStatus> = [
        .ok, .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .payloadTooLarge,
        .unprocessableEntity,
        .serviceUnavailable,
    ]

    let client: TierClient
    private let name: String
    private let lane: Lane
    let operation: SystemMonitor.Operation
    private let entry: String

    /// A relay of a resource of the tier behind `client`.
    ///
    /// - Parameters:
    ///   - entry: its name in `Server-Timing`, where that is not made of tier and resource.
    ///   - lane: where it is another than the one on which pages ask for it.
    init(_ endpoint: Endpoint, to client: TierClient, entry: String? = nil, lane: Lane? = nil) {
        self.client = client
        name = endpoint.name
        self.lane = lane ?? endpoint.lane
        operation = client.operation("/" + endpoint.name)
        self.entry = entry ?? "\(client.tier)-\(endpoint.name)"
    }

    // MARK: What every catalog has

    /// Asks for a resource of the contract, under parameters that were checked here.
    ///
    /// - Parameters:
    ///   - query: the parameters, encoded.
    ///   - item: the book that a 404 is about; an answer about one book is short.
    func ask(
        _ query: String, about item: ItemNumber? = nil, for request: TierRequest
    ) -> TierReply {
        let call = TierCall(
            .GET, "/\(name)?\(query)", affinity: item?.affinity, deadline: request.arrived + Self.readTimeMax,
            trace: request.trace, operation: operation, times: request.times, entry: entry,
            mayBatch: item != nil, lane: lane)
        return .calling { [client, slot = request.slot] ended in
            client.send(call, on: slot) { answer in
                ended(
                    answer.read { answer in
                        try client.check(answer, item: item, isRead: true)
                        guard Self.looksLikeObject(answer.body) else { throw client.nonsense(isRead: true) }
                        return .json(answer.body)
                    })
            }
        }
    }

    /// Whether a body can be a JSON object at all: an error page of some other program must not reach a
    /// client as an answer.
    private static func looksLikeObject(_ body: ByteBuffer) -> Bool {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        return body.readableBytesView.first { !isBlank($0) } == UInt8(ascii: "{")
            && body.readableBytesView.last { !isBlank($0) } == UInt8(ascii: "}")
    }

    // MARK: What only our own tiers have: they check the parameters, and say what is wrong with them

    /// A route that passes on a resource of the tier behind `client` as it is. What waits for another tier's disk
    /// counts as long, so that one connection does not have many of it at the same time.
    static func route(of endpoint: Endpoint, to client: TierClient, lane: Lane? = nil) -> Route {
        route(of: endpoint, TierRelay(endpoint, to: client, lane: lane)) {
            relay, request throws(StoreError) in
            try relay.pass(request, endpoint)
        }
    }

    /// - Parameter answer: what the relay makes of a request.
    static func route(
        of endpoint: Endpoint, _ relay: TierRelay,
        _ answer:
            @escaping @Sendable (TierRelay, TierRequest) throws(StoreError) -> EventLoopFuture<TierResponse>
    ) -> Route {
        var relayed = endpoint
        relayed.isLong = endpoint.isRead
        relayed.bodyBytesMax = endpoint.bodyBytesMax.map { min($0, StoreLimits.relayedFileByteCountMax) }
        return Route(relayed) { .pending(try answer(relay, $0)) }
    }

    private static func type(of answer: TierAnswer, _ endpoint: Endpoint) -> TierResponse.ContentType {
        guard answer.status == .ok else { return .problem }
        guard endpoint.doc.contentType == TierResponse.ContentType.images else { return .json }
        // A catalog of our own serves no others.
        return answer.fields.first(name: "content-type").flatMap(TierResponse.ContentType.init) ?? .json
    }

    func pass(
        _ request: TierRequest, _ endpoint: Endpoint
    ) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let isRead = endpoint.isRead
        let key = endpoint.isPurchase ? try request.purchaseKey() : try request.idempotencyKey()
        let contentType =
            request.headers.first(name: "content-type") ?? endpoint.doc.body?.contentType
            ?? "application/octet-stream"
        let words = try? request.target.parameter("q")
        let call = TierCall(
            isRead ? .GET : .POST, "/" + name + (request.target.query.map { "?" + $0 } ?? ""),
            key: key?.field, session: endpoint.right == nil ? nil : try request.session(),
            body: isRead ? nil : TierCall.Body(contentType, request.body),
            repetition: isRead ? .always : key == nil ? .never : .ifPeerKeepsKeys,
            deadline: request.arrived + (isRead ? Self.readTimeMax : Self.changeTimeMax),
            trace: request.trace, operation: operation,
            times: request.times, entry: entry, lane: words == nil ? lane : endpoint.lane(isByWords: true),
            client: isRead ? request.client : nil)
        return client.send(call, on: request.slot).flatMapThrowing { [client] answer in
            guard answer.peer == .bookstore else {
                throw StoreError.unavailable(
                    tier: client.tier, reason: .notOffered, outcomeUnknown: false)
            }
            if let told = client.toldFault(in: answer, isRead: isRead) { throw told }
            guard Self.passedOn.contains(answer.status) else {
                try client.check(answer, item: nil, isRead: isRead)
                throw client.nonsense(isRead: isRead)
            }
            var response = TierResponse(answer.status, Self.type(of: answer, endpoint), body: answer.body)
            if response.status == .ok { response.caching = endpoint.caching }
            if let seconds = answer.fields.first(name: "retry-after") {
                response.fields.append(("retry-after", seconds))
            }
            return response
        }
    }
}

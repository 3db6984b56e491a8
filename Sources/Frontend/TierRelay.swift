internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// Passes requests on to the tier that knows, and its answers back as the bytes they are: taking them apart and
/// putting them together again would cost more than all the rest of the frontend.
struct TierRelay: Sendable {
    private static let passedOn: Set<HTTPResponseStatus> = [
        .ok, .badRequest, .notFound, .conflict, .preconditionFailed, .payloadTooLarge, .unprocessableEntity,
        .serviceUnavailable,
    ]

    private let client: TierClient
    private let name: String
    private let operation: SystemMonitor.Operation
    private let entry: String

    /// A relay of the resource `name` of the tier behind `client`.
    ///
    /// - Parameter entry: its name in `Server-Timing`, where that is not made of tier and resource.
    init(_ name: String, to client: TierClient, entry: String? = nil) {
        self.client = client
        self.name = name
        operation = client.operation("/" + name)
        self.entry = entry ?? "\(client.tier)-\(name)"
    }

    // MARK: What every catalog has

    /// Asks for a resource of the contract, under parameters that were checked here.
    ///
    /// - Parameters:
    ///   - query: the parameters, encoded.
    ///   - item: the book that a 404 is about; an answer about one book is short.
    func ask(
        _ query: String, about item: ItemNumber? = nil, lane: Lane = .quick, for request: TierRequest
    ) -> EventLoopFuture<TierResponse> {
        let call = TierCall(
            .GET, "/\(name)?\(query)", deadline: request.arrived + FrontendRoutes.readTimeMax,
            trace: request.trace, operation: operation, times: request.times, entry: entry,
            mayBatch: item != nil, lane: lane)
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

    // MARK: What only our own tiers have: they check the parameters, and say what is wrong with them

    /// A route that only reads.
    func reading(isGuarded: Bool, doc: RouteDoc) -> Route {
        Route(name, [.GET], isGuarded: isGuarded, isLong: true, doc: doc) { request in
            .pending(try pass(request, within: FrontendRoutes.readTimeMax))
        }
    }

    /// A route that changes something.
    ///
    /// - Parameter bodyBytesMax: what a body may have, where that is more than elsewhere.
    func changing(doc: RouteDoc, bodyBytesMax: Int? = nil) -> Route {
        Route(name, [.POST], isGuarded: true, bodyBytesMax: bodyBytesMax, doc: doc) { request in
            .pending(try pass(request, type: doc.body?.contentType, within: FrontendRoutes.purchaseTimeMax))
        }
    }

    /// Searches by words take the longest, so nothing else waits behind them.
    private func lane(of request: TierRequest) -> Lane {
        guard request.method != .POST else { return .changes }
        let words = try? request.target.parameter("q")
        return words == nil ? .reads : .finds
    }

    /// - Parameter type: the media type of a body that names none.
    private func pass(
        _ request: TierRequest, type: String? = nil, within time: TimeAmount
    ) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let isRead = request.method != .POST
        let key = try request.idempotencyKey()
        let contentType = request.headers.first(name: "content-type") ?? type ?? "application/octet-stream"
        let call = TierCall(
            isRead ? .GET : .POST, "/" + name + (request.target.query.map { "?" + $0 } ?? ""),
            key: key?.field,
            body: isRead ? nil : TierCall.Body(contentType, request.body),
            repetition: isRead ? .always : key == nil ? .never : .ifPeerKeepsKeys,
            deadline: request.arrived + time, trace: request.trace, operation: operation,
            times: request.times, entry: entry, lane: lane(of: request),
            client: isRead ? request.client : nil)
        return client.send(call, on: request.slot).flatMapThrowing { [client] answer in
            guard answer.peer == .bookstore else {
                throw StoreError.unavailable(
                    tier: client.tier, reason: "is a program that does not offer this", outcomeUnknown: false)
            }
            guard Self.passedOn.contains(answer.status) else {
                try client.check(answer, item: nil, isRead: isRead)
                throw client.nonsense(isRead: isRead)
            }
            let isProblem = answer.status != .ok
            var response = TierResponse(answer.status, isProblem ? .problem : .json, body: answer.body)
            if let seconds = answer.headers.first(name: "retry-after") {
                response.fields.append(("retry-after", seconds))
            }
            return response
        }
    }
}

public import Monitoring
public import NIOCore
public import NIOHTTP1

/// One request to a tier behind.
public struct TierCall: Sendable {
    /// When a request may be sent again although the first copy may have been carried out.
    public enum Repetition: Sendable {
        /// At any time: it reads, or its idempotency key is part of the contract.
        case always
        /// Only to a peer that keeps the keys of this kind of request, as our own tiers do.
        case ifPeerKeepsKeys
        /// Not at all: a second copy would be a second change.
        case never
    }

    /// What a request brings beside its target.
    public struct Body: Sendable {
        /// The media type, such as `application/json`.
        public let contentType: String
        /// The bytes.
        public let bytes: ByteBuffer

        /// Takes the parts as they are.
        public init(_ contentType: String, _ bytes: ByteBuffer) {
            self.contentType = contentType
            self.bytes = bytes
        }
    }

    /// The method.
    public var method: HTTPMethod
    /// The request target, encoded.
    public var target: String
    /// Its idempotency key's field value, if it carries one.
    public var key: String?
    /// Its body, if it has one.
    public var body: Body?
    /// Whether a second copy does harm.
    public var repetition: Repetition
    /// When the answer must be there.
    public var deadline: NIODeadline
    /// The caller's trace.
    public var trace: TraceContext
    /// What the monitor counts it as.
    public var operation: SystemMonitor.Operation
    /// Where its time is noted; nil where no answer to a client waits for it.
    public var times: CallTimes?
    /// Its name there, such as `catalog-query`.
    public var entry: String
    /// Whether it may travel in one message with others: its answer is short and soon there.
    public var mayBatch: Bool
    /// Which connections it travels on.
    public var lane: Lane
    /// For whom it is made, where it is worth nothing without them: it ends when they leave.
    public var client: ClientPresence?

    /// Takes the parts as they are.
    public init(
        _ method: HTTPMethod, _ target: String, key: String? = nil, body: Body? = nil,
        repetition: Repetition = .always, deadline: NIODeadline, trace: TraceContext,
        operation: SystemMonitor.Operation, times: CallTimes? = nil, entry: String = "",
        mayBatch: Bool = false, lane: Lane = .quick, client: ClientPresence? = nil
    ) {
        self.method = method
        self.target = target
        self.key = key
        self.body = body
        self.repetition = repetition
        self.deadline = deadline
        self.trace = trace
        self.operation = operation
        self.times = times
        self.entry = entry
        self.mayBatch = mayBatch
        self.lane = lane
        self.client = client
    }
}

/// What is known of the program at the other end of a connection.
public enum PeerKind: Sendable {
    /// It has not answered yet.
    case unknown
    /// It names itself `bookstore/1`: it answers pipelined requests side by side, keeps the keys of
    /// updates and numbers its sales.
    case bookstore
    /// Any other program that speaks the contract.
    case other
}

/// A tier's answer, whatever its status.
public struct TierAnswer: Sendable {
    /// The status code.
    public let status: HTTPResponseStatus
    /// The header fields.
    public let headers: HTTPHeaders
    /// The body.
    public let body: ByteBuffer
    /// Who answered.
    public let peer: PeerKind
}

/// A call on its way: made once, tried perhaps several times, ended once. Used on its loop only.
final class Exchange {
    var call: TierCall
    let isRead: Bool
    let promise: EventLoopPromise<TierAnswer>
    let started = NIODeadline.now()
    var sent = NIODeadline.uptimeNanoseconds(0)
    var attemptCount = 0
    /// Where it waits or is being answered.
    weak var peer: LoopPeer?
    private(set) var isEnded = false
    private var watch: ClientPresence.Watch?
    private let monitor: SystemMonitor
    private let shard: Int

    /// - Parameter shard: the loop's shard of the monitor, which counts the call as in flight from now on.
    init(call: TierCall, promise: EventLoopPromise<TierAnswer>, monitor: SystemMonitor, shard: Int) {
        self.call = call
        isRead = call.method == .GET
        self.promise = promise
        self.monitor = monitor
        self.shard = shard
        monitor.begin(call.operation, shard: shard)
    }

    func succeed(status: HTTPResponseStatus, headers: HTTPHeaders, body: ByteBuffer, peer: PeerKind) {
        guard !isEnded else { return }
        end(outcome(status: status, body: body))
        promise.succeed(TierAnswer(status: status, headers: headers, body: body, peer: peer))
    }

    func fail(_ error: any Error) {
        guard !isEnded else { return }
        end(.error)
        promise.fail(error)
    }

    /// Ends it when the client for whom it is made leaves.
    func endWithClient(on eventLoop: any EventLoop) {
        guard let client = call.client else { return }
        let exchange = NIOLoopBound(self, eventLoop: eventLoop)
        watch = client.watch {
            eventLoop.execute { exchange.value.abandon() }
        }
    }

    private func abandon() {
        guard !isEnded else { return }
        end(.refused)
        promise.fail(Problem.clientLeft)
        peer?.abandoned(self)
    }

    private func end(_ outcome: SystemMonitor.Outcome) {
        isEnded = true
        if let watch { call.client?.end(watch) }
        // From the call to its end, waits and repetitions included.
        let elapsed = NIODeadline.now() - started
        monitor.end(
            call.operation, shard: shard, nanos: UInt64(max(0, elapsed.nanoseconds)), outcome: outcome)
        call.times?.note(call.entry, elapsed)
    }

    private func outcome(status: HTTPResponseStatus, body: ByteBuffer) -> SystemMonitor.Outcome {
        switch status.code {
        // Only a purchase or an update can be answered by a Failed, and neither is a read.
        case ..<400: !isRead && ResultBody.isSuccess(body) == false ? .failed : .success
        case ..<500: .refused
        default: .error
        }
    }

    /// Whether it may be sent once more after it was written to a peer of this kind and got no answer.
    func mayRepeat(after peer: PeerKind) -> Bool {
        switch call.repetition {
        case .always: true
        case .ifPeerKeepsKeys: peer == .bookstore
        case .never: false
        }
    }
}

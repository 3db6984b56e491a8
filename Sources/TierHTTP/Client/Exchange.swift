internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

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
    /// The place of that server in its tier.
    var server = 0
    /// Servers that have had it and could not answer.
    var tried: [Int] = []
    /// Whether it is for one server, whatever becomes of it.
    let isPinned: Bool
    private(set) var isEnded = false
    private var watch: ClientPresence.Watch?
    private let monitor: SystemMonitor
    private let shard: Int

    /// - Parameters:
    ///   - shard: the loop's shard of the monitor, which counts the call as in flight from now on.
    ///   - server: the one server that it is for; nil for any.
    init(
        call: TierCall, promise: EventLoopPromise<TierAnswer>, monitor: SystemMonitor, shard: Int,
        server: Int? = nil
    ) {
        self.call = call
        self.server = server ?? 0
        isPinned = server != nil
        isRead = call.method == .GET
        self.promise = promise
        self.monitor = monitor
        self.shard = shard
        monitor.begin(call.operation, shard: shard)
    }

    func succeed(status: HTTPResponseStatus, headers: HTTPHeaders, body: ByteBuffer, peer: PeerKind) {
        guard !isEnded else { return }
        end(outcome(status: status, body: body))
        promise.succeed(
            TierAnswer(
                status: status, headers: headers, body: body, peer: peer, wasRepeated: attemptCount > 1))
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
        promise.fail(StoreError.clientLeft)
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

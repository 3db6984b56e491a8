internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// A call on its way: made once, tried perhaps several times, ended once. Used on its loop only.
final class Exchange {
    let call: TierCall
    /// The method it is sent with: the contract lets a tier take its changes by GET alone.
    var method: HTTPMethod
    /// Whether it may still travel in a batch.
    var mayBatch: Bool
    let isRead: Bool
    /// Told of its end. A callback and no future, which would cost as much as a step of a purchase.
    private let ended: TierCall.Ended
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
        call: TierCall, monitor: SystemMonitor, shard: Int, server: Int? = nil,
        ended: @escaping TierCall.Ended
    ) {
        self.call = call
        method = call.method
        mayBatch = call.mayBatch && call.body == nil
        self.server = server ?? 0
        isPinned = server != nil
        isRead = call.method == .GET
        self.ended = ended
        self.monitor = monitor
        self.shard = shard
        monitor.begin(call.operation, shard: shard)
    }

    deinit { assert(isEnded, "a call ends, whatever becomes of it") }

    func succeed(status: HTTPResponseStatus, fields: AnswerFields, body: ByteBuffer, peer: PeerKind) {
        guard !isEnded else { return }
        let held = call.goesWithChanges ? fields.first(name: BatchWire.heldField).flatMap { Int64($0) } : nil
        end(outcome(status: status, body: body), held: .nanoseconds(held ?? 0))
        ended(
            .success(
                TierAnswer(
                    status: status, fields: fields, body: body, peer: peer, wasRepeated: attemptCount > 1)))
    }

    func fail(_ error: any Error) {
        guard !isEnded else { return }
        end(.error)
        ended(.failure(error))
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
        ended(.failure(StoreError.clientLeft))
        peer?.abandoned(self)
    }

    /// - Parameter held: how long its answer waited for others with which it came, and nobody for it.
    private func end(_ outcome: SystemMonitor.Outcome, held: TimeAmount = .zero) {
        isEnded = true
        if let watch { call.client?.end(watch) }
        // From the call to its end, waits and repetitions included, but not what nobody waited for.
        let whole = NIODeadline.now() - started
        let elapsed = whole - max(.zero, min(held, whole))
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

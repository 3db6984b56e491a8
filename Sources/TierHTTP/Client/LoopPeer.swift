internal import DequeModule
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// One lane to one server of a tier as one event loop sees it. Used on its loop only.
///
/// ``PeerPool`` decides what to do; this class does it.
final class LoopPeer {
    let limits: ClientLimits
    let hostField: String
    /// Shown to the peer with every request, where the store has a token.
    let authorization: String?
    let eventLoop: any EventLoop
    private let lane: Lane
    private let tier: String
    private let address: ServerAddress
    private let figures: PeerFigures
    private var pool: PeerPool<PeerConnection>
    private var isTicking = false
    private var random = FastRandom()
    /// Takes requests that this peer could not be sent.
    var handBack: (Exchange, any Error) -> Void = { $0.fail($1) }
    /// Told when the server turns out to be another program, which may not take a connection for each lane.
    var foundOther: () -> Void = {}

    init(
        tier: String, address: ServerAddress, lane: Lane = .quick, eventLoop: any EventLoop,
        limits: ClientLimits, figures: PeerFigures, token: BearerToken? = nil
    ) {
        self.lane = lane
        self.tier = tier
        self.figures = figures
        self.address = address
        self.eventLoop = eventLoop
        self.limits = limits
        hostField = address.description
        authorization = token?.field
        pool = PeerPool(lane: lane, limits: limits)
    }

    var kind: PeerKind { pool.kind }
    var isDown: Bool { pool.isDown(at: .now()) }
    var isDoubtful: Bool { pool.isDoubtful }
    var isBookstore: Bool { pool.isBookstore }

    // MARK: Calls

    func submit(_ exchange: Exchange) {
        let now = NIODeadline.now()
        switch pool.submit(exchange, at: now) {
        case .shutDown: exchange.fail(unreachable(for: exchange))
        case .full: exchange.fail(overloaded(for: exchange))
        case .down: handBack(exchange, unreachable(for: exchange))
        case nil:
            exchange.peer = self
            pump(at: now)
            scheduleTick()
        }
    }

    /// The server is another program than it was.
    func becomeOther() { pool.becomeOther() }

    /// A request's client has left.
    func abandoned(_ exchange: Exchange) {
        let connection = pool.abandon(exchange)
        show()
        connection?.reset()
    }

    /// Closes every connection; requests that are in flight end unanswered.
    func shutdown() {
        fail(pool.shutDown())
        for connection in pool.connections { connection.close() }
    }

    /// Does what the pool finds to do for the calls that wait.
    private func pump(at now: NIODeadline = .now()) {
        while let step = pool.next(at: now) {
            guard case .send(let exchange, let connection, let form) = step else {
                connect()
                break
            }
            switch form {
            case .single:
                let call = exchange.call
                connection.write(call, trace: call.trace.child(using: &random), body: call.body)
                connection.flushAtEndOfTick()
            case .gathered: connection.flushAtEndOfTick()
            case .full: writeGathered(on: connection)
            }
        }
        show()
    }

    private func show() {
        figures.connections.set(pool.connectionCount)
        figures.waiting.set(pool.waitingCount)
    }

    private func fail(_ exchanges: Deque<Exchange>) {
        show()
        for exchange in exchanges { exchange.fail(unreachable(for: exchange)) }
    }

    // MARK: Batches

    /// Writes and flushes what a connection has gathered.
    func writeGathered(on connection: PeerConnection) {
        let (reads, changes) = pool.takeGathered(on: connection)
        write(reads, on: connection)
        write(changes, on: connection)
        connection.flush()
    }

    /// Writes at most ``BatchWire/gatheredCountMax`` exchanges, as few batches as their bytes allow.
    private func write(_ exchanges: [Exchange], on connection: PeerConnection) {
        guard let first = exchanges.first?.call else { return }
        guard exchanges.count > 1 else {
            pool.send(.single(exchanges[0]), on: connection)
            return connection.write(first, trace: first.trace.child(using: &random), body: first.body)
        }
        var start = 0
        var body = ByteBuffer()
        body.reserveCapacity(min(exchanges.count * 160, BatchWire.bodyBytesMax))
        for (index, exchange) in exchanges.enumerated() {
            BatchWire.write(exchange.call, trace: exchange.call.trace.child(using: &random), to: &body)
            guard body.readableBytes > BatchWire.bodyBytesMax || index == exchanges.count - 1 else {
                continue
            }
            pool.send(.batch(Array(exchanges[start...index])), on: connection)
            let call = TierCall(
                .POST, "/" + BatchWire.routeName, deadline: first.deadline, trace: first.trace,
                operation: first.operation)
            connection.write(call, trace: first.trace, body: TierCall.Body(BatchWire.contentType, body))
            start = index + 1
            body = ByteBuffer()
        }
    }

    // MARK: Answers

    /// Something has come from the peer.
    func hear(on connection: PeerConnection) { pool.hear(on: connection, at: .now()) }

    func answered(_ answer: PeerConnection.Answer, on connection: PeerConnection) {
        let kind = answer.kind
        guard let flight = pool.land(on: connection, from: kind) else { return connection.close() }
        if lane != .quick, kind == .other {
            foundOther()
            // A program that serves one connection at a time would never come to another.
            if pool.isIdle(connection) { connection.close() }
        }
        switch flight {
        case .single(let exchange): take(answer, of: exchange, from: kind)
        case .batch(let exchanges): take(answer, of: exchanges, from: kind)
        }
        if answer.isLast, connection.isOpen {
            connection.closeAfterLastAnswer()
            pool.ended(connection)
            if pool.isShutDown { fail(pool.shutDown()) }
        }
        pump()
    }

    /// An answer is longer than answers may be: to ask for it again would bring the same.
    func answeredTooLong(on connection: PeerConnection) {
        for exchange in pool.land(on: connection, from: nil)?.exchanges ?? [] {
            exchange.fail(error(.longAnswer, for: exchange))
        }
    }

    private func take(_ answer: PeerConnection.Answer, of exchange: Exchange, from kind: PeerKind) {
        if answer.head.status == .methodNotAllowed, exchange.call.method == .POST, exchange.call.body == nil {
            // The contract lets a tier take its changes by GET alone. A 405 says that nothing was done.
            exchange.call.method = .GET
            pool.sendAgain([exchange])
        } else {
            exchange.succeed(
                status: answer.head.status, headers: answer.head.headers, body: answer.body ?? ByteBuffer(),
                peer: kind)
        }
    }

    private func take(_ answer: PeerConnection.Answer, of exchanges: [Exchange], from kind: PeerKind) {
        switch answer.head.status.code {
        case 200:
            let answers = BatchWire.answers(in: answer.body ?? ByteBuffer(), count: exchanges.count)
            guard let answers else {
                for exchange in exchanges {
                    exchange.fail(error(.invalidAnswer, for: exchange))
                }
                return
            }
            for (exchange, answer) in zip(exchanges, answers) {
                // Its answer is too long for a batch; it was not carried out, or only read.
                if answer.status == .payloadTooLarge {
                    exchange.call.mayBatch = false
                    pool.sendAgain([exchange])
                    continue
                }
                exchange.succeed(
                    status: answer.status, headers: answer.headers, body: answer.body, peer: kind)
            }
        case 400, 401, 404, 405, 413:
            // It knows no batches, or not this form of them, or takes them by a token alone that this tier has
            // not. Nothing was done; ask again in the plain form.
            pool.sendAgain(exchanges, apart: true)
        default:
            for exchange in exchanges {
                exchange.succeed(
                    status: answer.head.status, headers: answer.head.headers, body: ByteBuffer(), peer: kind)
            }
        }
    }

    // MARK: Connections

    private func connect() {
        PeerConnection.open(to: address, for: self).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let connection): self.connected(connection.value)
            case .failure: self.connectFailed()
            }
        }
    }

    private func connected(_ connection: PeerConnection) {
        let now = NIODeadline.now()
        guard pool.connected(connection, isOpen: connection.isOpen, at: now) else {
            return connection.close()
        }
        pump(at: now)
    }

    private func connectFailed() {
        if !pool.isShutDown { figures.connectFailures.add(1) }
        switch pool.connectFailed(at: .now()) {
        case .none: break
        case .giveUp(let left):
            show()
            for exchange in left { handBack(exchange, unreachable(for: exchange)) }
        case .retry(let wait): eventLoop.assumeIsolated().scheduleTask(in: wait) { self.pump() }
        }
    }

    /// A connection broke: what was in flight on it may or may not have been carried out.
    func lost(_ connection: PeerConnection) {
        let (lost, repeated) = pool.broke(connection, at: .now())
        if repeated > 0 { figures.repeats.add(repeated) }
        for exchange in lost { exchange.fail(error(.connectionLost, for: exchange)) }
        pump()
    }

    // MARK: Deadlines

    private func scheduleTick() {
        guard !isTicking else { return }
        isTicking = true
        eventLoop.assumeIsolated().scheduleTask(in: limits.tickInterval) {
            self.isTicking = false
            self.endOverdue(at: .now())
            if self.pool.hasWork { self.scheduleTick() }
        }
    }

    private func endOverdue(at now: NIODeadline) {
        let (calls, stuck) = pool.takeOverdue(at: now)
        for exchange in calls { exchange.fail(error(.slow, for: exchange)) }
        for connection in stuck {
            // A search without a waiting client ends immediately; a change may still be carried out.
            lane.isPipelined || lane == .changes ? connection.close() : connection.reset()
        }
        pump(at: now)
    }

    // MARK: Errors

    private func unreachable(for exchange: Exchange) -> StoreError { error(.unreachable, for: exchange) }

    private func overloaded(for exchange: Exchange) -> StoreError {
        guard exchange.attemptCount == 0 else { return error(.overloaded, for: exchange) }
        return .overloaded(.callsWaiting, tier: tier)
    }

    /// An earlier copy of the request may have been carried out, whatever became of the last.
    private func error(_ reason: StoreError.Reason, for exchange: Exchange) -> StoreError {
        .unavailable(
            tier: tier, reason: reason, outcomeUnknown: exchange.attemptCount > 0 && !exchange.isRead)
    }
}

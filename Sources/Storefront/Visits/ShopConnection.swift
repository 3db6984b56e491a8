internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// One connection to the shop, between the parser and the framework: checks every head as the tiers do, gathers
/// bodies, answers what no route may see, says when the connection ends, and ends it.
///
/// The framework answers one request after the other, so the answers that come through here are in the order of
/// the requests that were handed on.
final class ShopConnection: ChannelDuplexHandler, RequestReader {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that arrives.
    private struct Incoming {
        let head: HTTPRequestHead
        let check: RequestCheck
        var body = ByteBuffer()
        /// Whether the framework has it already, since its body is long.
        var isHandedOn = false
    }

    /// An answer that the framework owes.
    private struct Owed {
        let isHTTP10: Bool
        var isLast: Bool
    }

    private let visitors: Visitors
    private var context: ChannelHandlerContext?
    private var life = ConnectionLife(at: .now())
    private var incoming: Incoming?
    private var owed: [Owed] = []
    /// The refusal that ends the connection, once the answers before it are written.
    private var refusal: Problem?
    /// Whether it answers a HEAD, which has no body.
    private var refusesHead = false
    private var pace = WritePace()
    private var sweep: RepeatedTask?

    init(visitors: Visitors) { self.visitors = visitors }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let interval = visitors.limits.sweepInterval
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        sweep = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.checkTimes(.now())
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        sweep?.cancel()
    }

    var takesBytes: Bool { life.isOpen }

    var openBody: RequestCheck.Body? { incoming?.check.body }

    func bytesArrive(_ count: Int) { life.bytesArrive(at: .now()) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard takesBytes else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head)
        case .body(let bytes): receive(bytes)
        case .end(let trailers): receiveEnd(trailers)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // The connection broke, so there is no one to answer.
            context.fireErrorCaught(error)
            return context.close(promise: nil)
        }
        // What follows a last request need not make sense, and must not cost the client its answers.
        guard takesBytes else { return }
        refuse(
            Problem(
                parser: error, headBytesMax: ShopLimits.headByteCountMax,
                fieldCountMax: ShopLimits.fieldCountMax))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has sent all it will: answer what it asked, then close.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            life.closeInput()
            closeIfDone()
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Requests

    private func receive(_ head: HTTPRequestHead) {
        do throws(Problem) {
            let check = try RequestCheck(head)
            incoming = Incoming(head: head, check: check)
            if check.expectsContinue { life.oweContinue() }
            writeContinueIfDue()
        } catch {
            refusesHead = head.method == .HEAD
            refuse(error)
        }
    }

    private func receive(_ bytes: ByteBuffer) {
        guard var request = incoming else { return }
        incoming = nil
        request.body.writeImmutableBuffer(bytes)
        if request.isHandedOn || request.body.readableBytes > visitors.limits.gatheredBodyBytesMax {
            handOn(&request)
        }
        incoming = request
    }

    private func receiveEnd(_ trailers: HTTPHeaders?) {
        guard var request = incoming, let context else { return }
        incoming = nil
        life.endRequest(isLast: request.check.isLast)
        handOn(&request)
        if request.check.isLast { endWithLastAnswer() }
        context.fireChannelRead(wrapInboundOut(.end(trailers)))
    }

    /// Hands on what has come of a request.
    private func handOn(_ request: inout Incoming) {
        guard let context else { return }
        if !request.isHandedOn {
            request.isHandedOn = true
            owed.append(Owed(isHTTP10: request.head.version == .http1_0, isLast: false))
            var head = request.head
            // How long the connection lasts is decided here alone.
            head.headers.remove(name: "connection")
            context.fireChannelRead(wrapInboundOut(.head(head)))
        }
        guard request.body.readableBytes > 0 else { return }
        context.fireChannelRead(wrapInboundOut(.body(request.body)))
        request.body = ByteBuffer()
    }

    func refuse(_ problem: Problem) {
        guard takesBytes, let context else { return }
        let isHandedOn = incoming?.isHandedOn == true
        refusesHead = refusesHead || incoming?.head.method == .HEAD
        incoming = nil
        life.endRequest(isLast: true)
        visitors.logger.debug("refused a request with status \(problem.status.code): \(problem.detail)")
        if isHandedOn {
            // Its route reads it, or has answered without doing so; it learns that no more will come.
            endWithLastAnswer()
            context.fireErrorCaught(HTTPParserError.invalidEOFState)
        } else {
            refusal = problem
        }
        closeIfDone()
    }

    private func endWithLastAnswer() {
        if !owed.isEmpty { owed[owed.count - 1].isLast = true }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let answer = owed.first else {
            // What the framework has to say of a request that was refused already.
            promise?.succeed()
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code < 200: context.write(data, promise: promise)
        case .head(var head):
            if answer.isHTTP10 {
                if head.headers.contains(name: "content-length") || !head.status.mayHaveResponseBody {
                    if !answer.isLast { head.headers.replaceOrAdd(name: "connection", value: "keep-alive") }
                } else {
                    // Chunks came with HTTP/1.1; before it a body of unknown length ended with the connection.
                    head.version = .http1_0
                    owed[0].isLast = true
                }
            }
            if owed[0].isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body(let body):
            pace.wrote(body.readableBytes)
            context.write(data, promise: promise)
        case .end:
            owed.removeFirst()
            life.answer(at: .now())
            context.write(data, promise: promise)
            if answer.isLast {
                life.endRequests()
                // What was asked behind it gets no answer.
                owed.removeAll()
            }
            writeContinueIfDue()
            closeIfDone()
        }
    }

    /// The framework ends sending when it has nothing left to do; so does the connection then, by its own way.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard case .output = mode else { return context.close(mode: mode, promise: promise) }
        life.endRequests()
        closeIfDone()
        promise?.succeed()
    }

    /// `100 Continue` must not overtake the answers to earlier requests.
    private func writeContinueIfDue() {
        guard let context, life.continues(at: .now(), isAnswered: owed.isEmpty) else { return }
        let head = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
    }

    // MARK: The end

    /// Ends the connection when all is said: with the refusal, where there is one.
    private func closeIfDone() {
        guard let context, life.closes(at: .now(), isAnswered: owed.isEmpty) else { return }
        if let refusal {
            let (head, body) = visitors.refusals.page(of: refusal)
            pace.wrote(body.readableBytes)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !refusesHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        }
        // The last bytes are on their way when an end is.
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context, let ending = self.life.ends(at: .now()) else { return }
            context.close(mode: ending == .whole ? .all : .output, promise: nil)
        }
        if refusal != nil {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: taken)
        } else {
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer()))), promise: taken)
        }
    }

    private func checkTimes(_ now: NIODeadline) {
        guard let context else { return }
        let limits = visitors.limits
        if pace.isTooSlow(waiting: context.waitingBytes ?? 0, now: now, limits: limits) {
            return context.close(promise: nil)
        }
        let isBehind = owed.count > (incoming?.isHandedOn == true ? 1 : 0)
        switch life.check(at: now, isBehind: isBehind, isIdle: owed.isEmpty, limits: limits.life) {
        case .keep: break
        case .refuse(let problem): refuse(problem)
        case .close: context.close(promise: nil)
        }
    }
}

internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// One connection to the shop, between the parser and the framework. It checks every head like the tiers do,
/// collects bodies, answers requests that no route may see, and decides when the connection ends.
///
/// The framework answers one request after the other, so responses arrive here in the order of the requests.
final class ShopConnection: ChannelDuplexHandler, RequestReader {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// A request that is arriving.
    private struct Incoming {
        let head: HTTPRequestHead
        let check: RequestCheck
        var body = ByteBuffer()
        /// Whether the framework already has the head, because the body is long.
        var isHandedOn = false
    }

    /// A response that the framework still has to send.
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
    /// Whether the refusal answers a HEAD request and so has no body.
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
            // The connection is broken, so no one can be answered.
            context.fireErrorCaught(error)
            return context.close(promise: nil)
        }
        // Bytes after a last request may be invalid, and must not cost the client its responses.
        guard takesBytes else { return }
        refuse(
            Problem(
                parser: error, headBytesMax: ShopLimits.headByteCountMax,
                fieldCountMax: ShopLimits.fieldCountMax))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client sends no more: answer its requests, then close.
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

    /// Passes on the part of a request that has arrived.
    private func handOn(_ request: inout Incoming) {
        guard let context else { return }
        if !request.isHandedOn {
            request.isHandedOn = true
            owed.append(Owed(isHTTP10: request.head.version == .http1_0, isLast: false))
            var head = request.head
            // Only this handler decides how long the connection lasts.
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
            // A route is reading the body or has answered without it. The error tells it that no more will
            // arrive.
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
            // The framework's response to a request that is already refused is dropped.
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
                    // Chunked bodies need HTTP/1.1. In HTTP/1.0 a body of unknown length ends with the
                    // connection.
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
                // Requests after it get no response.
                owed.removeAll()
            }
            writeContinueIfDue()
            closeIfDone()
        }
    }

    /// The framework ends its output when it has nothing left to do. The connection then ends in its own
    /// order.
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

    /// Ends the connection once all responses are written, after the refusal if there is one.
    private func closeIfDone() {
        guard let context, life.closes(at: .now(), isAnswered: owed.isEmpty) else { return }
        if let refusal {
            let (head, body) = visitors.refusals.page(of: refusal)
            pace.wrote(body.readableBytes)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            if !refusesHead { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        }
        // An end is written last, so once it is flushed, all bytes before it are as well.
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

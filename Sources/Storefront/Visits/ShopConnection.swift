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
    struct Incoming {
        let head: HTTPRequestHead
        let check: RequestCheck
        var body = ByteBuffer()
        /// Whether the framework has it already, since its body is long.
        var isHandedOn = false
    }

    /// An answer that the framework owes.
    struct Owed {
        let isHTTP10: Bool
        var isLast: Bool
    }

    enum Reading {
        /// Requests are taken.
        case open
        /// A last request was taken or refused; what follows is dropped.
        case ended
        /// All answers are written, but the system has not taken all of their bytes.
        case closing
        /// All bytes are on their way and the sending side is closed.
        case lingering(since: NIODeadline)
    }

    let visitors: Visitors
    private(set) var context: ChannelHandlerContext?
    var reading = Reading.open
    var incoming: Incoming?
    var owed: [Owed] = []
    /// The refusal that ends the connection, once the answers before it are written.
    var refusal: Problem?
    /// Whether it answers a HEAD, which has no body.
    var refusesHead = false
    var owesContinue = false
    var isInputClosed = false
    /// When the first byte of the request that is arriving came.
    var arrivalStart: NIODeadline?
    var idleSince = NIODeadline.now()
    var pace = WritePace()
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

    var takesBytes: Bool {
        guard case .open = reading else { return false }
        return true
    }

    var openBody: RequestCheck.Body? { incoming?.check.body }

    func bytesArrive(_ count: Int) {
        if arrivalStart == nil { arrivalStart = .now() }
    }

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
            // The connection broke; there is nobody to tell.
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
            isInputClosed = true
            if takesBytes { reading = .ended }
            closeIfDone()
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Requests

    private func receive(_ head: HTTPRequestHead) {
        do throws(Problem) {
            let check = try RequestCheck(head)
            incoming = Incoming(head: head, check: check)
            owesContinue = check.expectsContinue
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
        arrivalStart = nil
        owesContinue = false
        handOn(&request)
        // After a request to upgrade the parser reads no further, so the answer ends the connection.
        if !request.head.isKeepAlive || request.check.upgrades {
            reading = .ended
            endWithLastAnswer()
        }
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
        arrivalStart = nil
        owesContinue = false
        reading = .ended
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
}

internal import Logging
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// One client's connection: takes requests as they come, hands all of them to their routes at once, and
/// writes the answers in the requests' order, all that are ready in a tick of the loop by one flush.
final class ServerConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Incoming {
        let head: HTTPRequestHead
        var body = ByteBuffer()
    }

    private struct Outgoing {
        let response: TierResponse
        let isHead: Bool
        let closes: Bool
    }

    private enum Reading {
        /// Requests are taken.
        case open
        /// A last request was taken or refused; what follows is dropped.
        case ended
        /// All answers are written and the sending side is closed.
        case lingering(since: NIODeadline)
    }

    private let loop: ServerLoop
    private var context: ChannelHandlerContext?
    private var reading = Reading.open
    private var incoming: Incoming?
    /// When the first byte of the request that is arriving came.
    private var arrivalStart: NIODeadline?
    private var idleSince = NIODeadline.now()
    private var stalledSince: NIODeadline?
    private var responses = OrderedResponses<Outgoing>()
    private var output = ByteBuffer()
    private var isFlushScheduled = false
    private var isReadHeld = false
    private var owesContinue = false
    private var random = FastRandom()

    init(loop: ServerLoop) { self.loop = loop }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    /// Bytes came from the client; called before they are parsed.
    func bytesArrived() {
        if arrivalStart == nil { arrivalStart = .now() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .open = reading else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head)
        case .body(let bytes): receive(bytes)
        case .end: receiveEnd()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard case .open = reading else { return context.close(promise: nil) }
        switch error {
        case HTTPParserError.headerOverflow:
            refuse(Problem(.requestHeaderFieldsTooLarge, Self.headLimitText(loop.limits)))
        case HTTPParserError.invalidMethod:
            refuse(Problem(.notImplemented, "the request method is not one of HTTP's"))
        case HTTPParserError.invalidVersion:
            refuse(Problem(.httpVersionNotSupported, "this server speaks HTTP/1.1"))
        case is HTTPParserError:
            refuse(Problem(.badRequest, "the request is not well-formed HTTP/1.1"))
        default:
            // The connection broke; there is nobody to tell.
            context.close(promise: nil)
        }
    }

    func read(context: ChannelHandlerContext) {
        isReadHeld = responses.count >= loop.limits.pipelinedCountMax || stalledSince != nil
        if !isReadHeld { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledSince = context.channel.isWritable ? nil : .now()
        resumeReading()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has sent all it will: answer what it asked, then close.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            if case .open = reading { reading = .ended }
            closeIfDone()
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Requests

    private func receive(_ head: HTTPRequestHead) {
        incoming = Incoming(head: head)
        if head.version == .http1_1, head.headers["host"].count != 1 {
            return refuse(Problem(.badRequest, "an HTTP/1.1 request needs one Host field"))
        }
        let bodyBytesMax = loop.limits.bodyBytesMax
        if let field = head.headers.first(name: "content-length"), (Int(field) ?? .max) > bodyBytesMax {
            return refuse(Self.bodyProblem(bodyBytesMax))
        }
        guard let expectation = head.headers.first(name: "expect") else { return }
        guard expectation.lowercased() == "100-continue" else {
            return refuse(Problem(.expectationFailed, "the only expectation met here is 100-continue"))
        }
        if head.version == .http1_1 {
            owesContinue = true
            writeContinueIfDue()
        }
    }

    private func receive(_ bytes: ByteBuffer) {
        guard var request = incoming else { return }
        incoming = nil
        guard request.body.readableBytes + bytes.readableBytes <= loop.limits.bodyBytesMax else {
            return refuse(Self.bodyProblem(loop.limits.bodyBytesMax))
        }
        request.body.writeImmutableBuffer(bytes)
        incoming = request
    }

    private func receiveEnd() {
        guard let request = incoming else { return }
        incoming = nil
        arrivalStart = nil
        owesContinue = false
        let head = request.head
        // After a request to upgrade the parser reads no further, so the answer ends the connection.
        let closes = !head.isKeepAlive || head.method == .CONNECT || head.headers.contains(name: "upgrade")
        if closes { reading = .ended }
        let now = NIODeadline.now()
        let target = RequestTarget(head.uri)
        let trace =
            head.headers.first(name: "traceparent").flatMap(TraceContext.init(parsing:))
            ?? TraceContext(using: &random)
        let ticket = responses.begin()
        do {
            let entry = try loop.routes.entry(method: head.method, target: target)
            let tierRequest = TierRequest(
                method: head.method, target: target, headers: head.headers, body: request.body,
                slot: loop.slot, trace: trace, arrived: now)
            let served = Served(
                ticket: ticket, operation: entry.operation, request: tierRequest, uri: head.uri, closes: closes)
            run(entry.route.handler, for: served)
        } catch {
            let served = Served(
                ticket: ticket, operation: loop.routes.unknown,
                request: TierRequest(
                    method: head.method, target: target, slot: loop.slot, trace: trace, arrived: now),
                uri: head.uri, closes: closes)
            begin(served)
            end(served, with: error.response(traceID: trace.traceID))
        }
    }

    /// A request that is being worked on.
    private struct Served {
        let ticket: OrderedResponses<Outgoing>.Ticket
        let operation: SystemMonitor.Operation
        let request: TierRequest
        let uri: String
        let closes: Bool
    }

    private func run(_ handler: Route.Handler, for served: Served) {
        begin(served)
        guard loop.inFlightCount <= loop.limits.inFlightPerLoopMax else {
            return end(served, failing: StoreError.overloaded("the server has too much to do; nothing was done"))
        }
        do {
            switch try handler(served.request) {
            case .ready(let response): end(served, with: response)
            case .pending(let future):
                future.assumeIsolated().whenComplete { result in
                    switch result {
                    case .success(let response): self.end(served, with: response)
                    case .failure(let error): self.end(served, failing: error)
                    }
                }
            }
        } catch {
            end(served, failing: error)
        }
    }

    private func begin(_ served: Served) {
        loop.inFlightCount += 1
        loop.routes.monitor.begin(served.operation, shard: loop.slot.index)
    }

    private func end(_ served: Served, failing error: any Error) {
        let problem = Problem(error)
        if problem.status == .internalServerError {
            loop.logger.error(
                "unexpected error", metadata: ["trace_id": "\(served.request.trace.traceID)", "error": "\(error)"])
        }
        end(served, with: problem.response(traceID: served.request.trace.traceID))
    }

    private func end(_ served: Served, with response: TierResponse) {
        loop.inFlightCount -= 1
        let nanos = UInt64(max(0, (NIODeadline.now() - served.request.arrived).nanoseconds))
        loop.routes.monitor.end(
            served.operation, shard: loop.slot.index, nanos: nanos, outcome: response.monitoredOutcome)
        let level: Logger.Level = response.status.code >= 500 ? .warning : .debug
        loop.logger.log(
            level: level, "\(served.request.method) \(served.uri) \(response.status.code)",
            metadata: ["trace_id": "\(served.request.trace.traceID)", "micros": "\(nanos / 1_000)"])
        let outgoing = Outgoing(response: response, isHead: served.request.method == .HEAD, closes: served.closes)
        responses.complete(served.ticket, with: outgoing)
        scheduleFlush()
    }

    /// Answers a request that cannot be read to its end, and takes no more.
    private func refuse(_ problem: Problem) {
        incoming = nil
        arrivalStart = nil
        reading = .ended
        let trace = TraceContext(using: &random)
        let outgoing = Outgoing(response: problem.response(traceID: trace.traceID), isHead: false, closes: true)
        responses.complete(responses.begin(), with: outgoing)
        scheduleFlush()
    }

    private static func bodyProblem(_ bytesMax: Int) -> Problem {
        Problem(.payloadTooLarge, "the body is longer than \(bytesMax) bytes")
    }

    private static func headLimitText(_ limits: ServerLimits) -> String {
        "the request's head is longer than \(limits.headBytesMax) bytes or has more than \(limits.fieldCountMax) fields"
    }
}

// MARK: Answers

extension ServerConnection {
    /// Flushes at the end of this tick of the loop, so that all answers that become ready in it share one
    /// system call.
    private func scheduleFlush() {
        guard !isFlushScheduled, let context else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute { self.flushReady() }
    }

    private func flushReady() {
        isFlushScheduled = false
        guard let context else { return }
        while let outgoing = responses.popReady() {
            let closes = outgoing.closes || (loop.isDraining && responses.isEmpty && incoming == nil)
            if closes { reading = .ended }
            outgoing.response.write(to: &output, date: loop.date, isHead: outgoing.isHead, close: closes)
        }
        if output.readableBytes > 0 {
            context.writeAndFlush(wrapOutboundOut(output), promise: nil)
            // The channel keeps the bytes until they are sent, so the next answers need a buffer of their own.
            output = context.channel.allocator.buffer(capacity: 512)
        }
        idleSince = .now()
        writeContinueIfDue()
        closeIfDone()
        resumeReading()
    }

    /// `100 Continue` must not overtake the answers to earlier requests.
    private func writeContinueIfDue() {
        guard owesContinue, responses.isEmpty, let context else { return }
        owesContinue = false
        context.writeAndFlush(
            wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    private func closeIfDone() {
        guard case .ended = reading, responses.isEmpty, !isFlushScheduled, let context else { return }
        // Closing while the client still sends would reset the connection and could destroy the answer
        // before it is read. So: close the sending side, listen a little, then close.
        reading = .lingering(since: .now())
        context.close(mode: .output, promise: nil)
        resumeReading()
    }

    private func resumeReading() {
        if isReadHeld, let context { read(context: context) }
    }

    // MARK: Times and shutdown

    func checkTimes(_ now: NIODeadline) {
        let limits = loop.limits
        if let stalledSince, now - stalledSince > limits.writeStallTimeMax { return abort() }
        switch reading {
        case .lingering(let since):
            if now - since > limits.lingerTimeMax { abort() }
        case .ended: return
        case .open:
            if let arrivalStart, now - arrivalStart > limits.requestReadTimeMax {
                refuse(Problem(.requestTimeout, "the request took too long to arrive"))
            } else if responses.isEmpty, incoming == nil, now - idleSince > limits.idleTimeMax {
                abort()
            }
        }
    }

    /// Stops taking requests; closes as soon as what was taken is answered.
    func drain() {
        guard case .open = reading, responses.isEmpty, incoming == nil else { return }
        reading = .ended
        closeIfDone()
    }

    /// Closes at once.
    func abort() { context?.close(promise: nil) }
}

/// Stands before the parser and tells the connection when bytes come, so that a head that drips in is
/// seen before it is complete.
final class ArrivalWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ServerConnection

    init(connection: ServerConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        connection.bytesArrived()
        context.fireChannelRead(data)
    }
}

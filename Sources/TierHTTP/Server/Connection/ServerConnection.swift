internal import DequeModule
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// One client's connection: takes requests as they come, hands all of them to their routes at once, and
/// writes the answers in the requests' order, all that are ready in a tick of the loop by one flush.
final class ServerConnection: ChannelDuplexHandler, RequestReader {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Incoming {
        let head: HTTPRequestHead
        let check: RequestCheck
        var body = ByteBuffer()
        var bodyBytesMax: Int
    }

    struct Outgoing {
        let response: TierResponse
        let isHead: Bool
        let persistence: TierResponse.Persistence
        let times: CallTimes
        /// From the request's arrival to its answer, however long the answer waits for its turn.
        let total: TimeAmount

        /// What it takes until the client has it: its body, and a head of usual length.
        var byteCount: Int { (isHead ? 0 : response.body.readableBytes) + 256 }
    }

    enum Reading {
        /// Requests are taken.
        case open
        /// A last request was taken or refused; what follows is dropped.
        case ended
        /// All answers are written, but the system has not taken all of their bytes.
        case closing(since: NIODeadline)
        /// All bytes are on their way and the sending side is closed.
        case lingering(since: NIODeadline)
    }

    let loop: ServerLoop
    private(set) var context: ChannelHandlerContext?
    var unsent: UnsentAnswers
    /// Requests that wait until there is room for their answers, whose places are taken already.
    var held: Deque<Complete> = []
    /// Bytes that are kept of the request that is arriving, and what it has announced where that is a long body.
    var arrivingBytes = 0
    var longBodyBytes = 0
    var reading = Reading.open
    private(set) var incoming: Incoming?
    /// When the first byte of the request that is arriving came.
    var arrivalStart: NIODeadline?
    var idleSince = NIODeadline.now()
    /// Since when the client has taken nothing of what is written to it; nil while there is room.
    var stalledSince: NIODeadline?
    /// Since when the channel is full, whether the client takes some of it or not.
    var fullSince: NIODeadline?
    /// How much waited for it to be taken when that was last looked at.
    var stalledByteCount = Int.max
    var responses = OrderedResponses<Outgoing>()
    var output = ByteBuffer()
    var isFlushScheduled = false
    private(set) var isInputClosed = false
    /// Whether a client could still be sending when the connection closes.
    var lingers = true
    private(set) var isReadHeld = false
    var owesContinue = false
    /// Told when the client leaves.
    let client = ClientPresence()
    private var random = FastRandom()

    init(loop: ServerLoop) {
        self.loop = loop
        unsent = UnsentAnswers(
            bytesMax: loop.limits.unsentBytesPerConnectionMax,
            expectedBytes: loop.limits.longAnswerBytesExpected)
    }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        incoming = nil
        releaseMemory()
        loop.remove(self)
        client.leave()
    }

    var takesBytes: Bool {
        guard case .open = reading else { return false }
        return true
    }

    var openBody: RequestCheck.Body? { incoming?.check.body }

    func bytesArrive(_ count: Int) {
        if arrivalStart == nil { arrivalStart = .now() }
        // Of a body, what is kept is counted when it is.
        if incoming == nil { keep(count) }
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
        if error is HTTPParserError {
            // What follows a last request need not make sense, and must not cost the client its answers.
            guard case .open = reading else { return }
        }
        guard let error = error as? HTTPParserError else {
            // The connection broke; there is nobody to tell.
            return context.close(promise: nil)
        }
        refuse(
            Problem(
                parser: error, headBytesMax: loop.limits.headBytesMax,
                fieldCountMax: loop.limits.fieldCountMax))
    }

    func read(context: ChannelHandlerContext) {
        isReadHeld = responses.count >= loop.limits.pipelinedCountMax || stalledSince != nil || !mayTakeMore
        if !isReadHeld { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        stalledByteCount = .max
        if context.channel.isWritable {
            stalledSince = nil
            fullSince = nil
            noteTaken()
            if case .closing = reading { reading = .closing(since: now) }
            scheduleFlush()
        } else {
            stalledSince = now
            fullSince = now
        }
        resumeReading()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has sent all it will: answer what it asked, then close.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            isInputClosed = true
            if case .open = reading { reading = .ended }
            closeIfDone()
            leaveSoon()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func resumeReading() {
        if isReadHeld, let context { read(context: context) }
    }

    // MARK: Requests

    private func receive(_ head: HTTPRequestHead) {
        do throws(Problem) {
            let check = try RequestCheck(head)
            try loop.hosts.admit(check.host)
            incoming = Incoming(
                head: head, check: check, bodyBytesMax: try bodyBytesMax(of: head, check.body))
            headEnded()
            if case .length(let length) = check.body, length > loop.limits.bodyBytesMax {
                guard announceBody(of: length) else { return refuseLongBody() }
            }
            if check.expectsContinue {
                owesContinue = true
                writeContinueIfDue()
            }
        } catch {
            refuse(error, head: head)
        }
    }

    /// What the body may have, in bytes.
    private func bodyBytesMax(of head: HTTPRequestHead, _ body: RequestCheck.Body) throws(Problem) -> Int {
        guard case .length(let length) = body, length > loop.limits.bodyBytesMax else {
            return loop.limits.bodyBytesMax
        }
        // Most routes have no limit of their own, and most requests no such body.
        let bytesMax = loop.routes.bodyBytesMax(for: head) ?? loop.limits.bodyBytesMax
        guard length <= bytesMax else { throw Self.bodyProblem(bytesMax) }
        return bytesMax
    }

    private func receive(_ bytes: ByteBuffer) {
        guard var request = incoming else { return }
        incoming = nil
        guard request.body.readableBytes + bytes.readableBytes <= request.bodyBytesMax else {
            return refuse(Self.bodyProblem(request.bodyBytesMax))
        }
        request.body.writeImmutableBuffer(bytes)
        incoming = request
        if longBodyBytes == 0 { keep(bytes.readableBytes) }
    }

    private func receiveEnd() {
        guard let request = incoming else { return }
        incoming = nil
        releaseArriving()
        arrivalStart = nil
        owesContinue = false
        let head = request.head
        // After a request to upgrade the parser reads no further, so the answer ends the connection.
        let closes = !head.isKeepAlive || request.check.upgrades
        if closes { reading = .ended }
        let persistence: TierResponse.Persistence =
            closes ? .closed : head.version == .http1_0 ? .keptForHTTP10 : .kept
        take(
            Complete(
                request: request, target: RequestTarget(head.uri), ticket: responses.begin(),
                persistence: persistence))
    }

    /// Answers a request that cannot be read to its end, and takes no more.
    func refuse(_ problem: Problem) { refuse(problem, head: incoming?.head) }

    private func refuse(_ problem: Problem, head: HTTPRequestHead?) {
        incoming = nil
        releaseArriving()
        arrivalStart = nil
        owesContinue = false
        reading = .ended
        let entry = head.flatMap {
            try? loop.routes.entry(method: $0.method, target: RequestTarget($0.uri), headers: $0.headers)
        }
        var served = begin(entry?.operation ?? loop.routes.unknown, head, .closed)
        if let head, entry?.route.isPurchase == true {
            served.key = try? TierRequest.purchaseKey(in: head.headers)
        }
        end(served, failing: problem)
    }

    /// The trace that a request belongs to: the client's, or a new one.
    func trace(of head: HTTPRequestHead?) -> TraceContext {
        head?.headers.first(name: "traceparent").flatMap(TraceContext.init(parsing:))
            ?? TraceContext(using: &random)
    }

    private static func bodyProblem(_ bytesMax: Int) -> Problem {
        Problem(.payloadTooLarge, "the body is longer than \(bytesMax) bytes")
    }
}

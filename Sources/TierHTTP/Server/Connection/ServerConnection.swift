internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// One client's connection: takes requests as they come, hands all of them to their routes at once, and
/// writes the answers in the requests' order, all that are ready in a tick of the loop by one flush.
///
/// ``ConnectionState`` decides what to do; this class does it.
final class ServerConnection: ChannelDuplexHandler, PlainRequestReader, WheelElement {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How much is put together for one write. More is written piece by piece, as the client takes it.
    private static let outputBytesMax = 256 * 1024
    /// A longer body is written as the buffer it is, instead of being copied behind its head.
    private static let copiedBytesMax = 64 * 1024

    private let loop: ServerLoop
    private(set) var state: ConnectionState
    private var context: ChannelHandlerContext?
    private var output = ByteBuffer()
    private var isFlushScheduled = false
    /// The rest of an answer without an end; see ``TierResponse/rest``.
    private var rest: (@Sendable () -> EventLoopFuture<ByteBuffer?>)?
    private var isRestAsked = false
    /// Told when the client leaves.
    let client = ClientPresence()
    var wheelPlace = WheelPlace()

    init(loop: ServerLoop) {
        self.loop = loop
        state = ConnectionState(limits: loop.limits, at: .now())
    }

    /// Whether answers still have somewhere to go.
    var isConnected: Bool { context != nil }

    // MARK: Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self, checkedAt: state.nextCheck(at: .now(), limits: loop.limits))
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        state.release(from: &loop.memory)
        output = ByteBuffer()
        rest = nil
        loop.remove(self)
        client.leave()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state.takesBytes else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head)
        case .body(let bytes):
            if state.append(bytes, in: &loop.memory) { return makeRoom() }
            refuse(ServerLoop.bodyProblem(state.bodyBytesMax))
        case .end: finish()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Most requests come whole.
        if state.arrivalStart != nil { checkInTime() }
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            // The connection broke, so there is no one to answer.
            return context.close(promise: nil)
        }
        // What follows a last request need not make sense, and must not cost the client its answers.
        guard state.takesBytes else { return }
        refuse(
            Problem(
                parser: error, headBytesMax: loop.limits.headBytesMax,
                fieldCountMax: loop.limits.fieldCountMax))
    }

    func read(context: ChannelHandlerContext) {
        if state.reads() { context.read() } else { checkInTime() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        state.change(isFull: !isWritable, at: .now(), in: &loop.memory)
        if isWritable { scheduleFlush() } else { checkInTime() }
        resumeReading()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The client has sent all it will: answer what it asked, then close.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            state.closeInput()
            closeIfDone()
            leaveSoon()
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func resumeReading() {
        if state.isReadHeld, let context { read(context: context) }
    }

    // MARK: Requests that arrive

    var limits: ServerLimits { loop.limits }
    var takesBytes: Bool { state.takesBytes }
    var openBody: RequestCheck.Body? { state.openBody }

    func bytesArrive(_ count: Int) {
        state.bytesArrive(count, at: .now(), in: &loop.memory)
        makeRoom()
    }

    func take(_ head: HTTPRequestHead) {
        receive(head)
        finish()
    }

    private func finish() {
        guard let (request, ticket) = state.finish(in: &loop.memory) else { return }
        let work = loop.routes.work(for: request.head, request.check)
        let complete = ConnectionState.Complete(request: request, work: work, ticket: ticket)
        if state.begins(complete) { loop.carryOut(complete, of: self) }
    }

    private func receive(_ head: HTTPRequestHead) {
        do throws(Problem) {
            guard state.begin(try loop.admit(head), in: &loop.memory) else {
                loop.shedRequests.add(1)
                throw Problem(StoreError.overloaded(.bodiesArriving))
            }
            writeContinueIfDue()
        } catch {
            refuse(error, head: head)
        }
    }

    private func makeRoom() {
        if loop.memory.partialExcess > 0 { loop.refuseOldestPartial() }
    }

    /// Refuses the request that is arriving, since it holds memory that others need.
    func refusePartial() {
        loop.shedRequests.add(1)
        refuse(
            Problem(
                .requestTimeout,
                "too many requests arrive in part just now, and this has taken the longest; send it again"))
    }

    /// Answers a request that cannot be read to its end, and takes no more.
    func refuse(_ problem: Problem) { refuse(problem, head: state.openHead) }

    private func refuse(_ problem: Problem, head: HTTPRequestHead?) {
        loop.refuse(head, of: self, at: state.refuse(in: &loop.memory), problem)
    }

    // MARK: Answers

    /// Takes the answer to a request, unless nobody waits for it any more.
    func answer(_ ticket: ConnectionState.Ticket, isLong: Bool, with answer: ConnectionState.Outgoing) {
        guard context != nil else { return }
        state.end(ticket, isLong: isLong, with: answer, in: &loop.memory)
        scheduleFlush()
    }

    /// Flushes at the end of this tick of the loop, so that all answers that become ready in it share one
    /// system call.
    private func scheduleFlush() {
        guard !isFlushScheduled, context != nil else { return }
        isFlushScheduled = true
        loop.flushAtEndOfTick(self)
    }

    func flushReady() {
        isFlushScheduled = false
        guard let context else { return }
        while !state.isFull {
            let longBody = takeReady()
            guard output.readableBytes > 0 else { break }
            context.write(wrapOutboundOut(output), promise: nil)
            if let longBody { context.write(wrapOutboundOut(longBody), promise: nil) }
            context.flush()
            // The channel keeps the bytes until they are sent, so the next answers need a buffer of their own.
            output = context.channel.allocator.buffer(capacity: 512)
            if !state.isFull { state.taken(in: &loop.memory) }
        }
        state.flushed(at: .now())
        writeContinueIfDue()
        while let next = state.nextHeld() { loop.carryOut(next, of: self) }
        if state.isStreaming { sendRest() }
        closeIfDone()
        resumeReading()
    }

    /// Asks for the next piece of an answer without an end, unless one is asked for already, or the client has not taken
    /// the one before.
    private func sendRest() {
        guard let rest, !loop.isDraining else { return endRest() }
        guard !isRestAsked, !state.isFull else { return }
        isRestAsked = true
        rest().assumeIsolated().whenComplete { result in
            self.isRestAsked = false
            guard let context = self.context, self.rest != nil else { return }
            guard case .success(let piece?) = result else { return self.endRest() }
            context.writeAndFlush(self.wrapOutboundOut(piece), promise: nil)
            self.scheduleFlush()
        }
    }

    private func endRest() {
        rest = nil
        state.endStream()
        closeIfDone()
    }

    /// Puts the answers that may leave now into `output`.
    ///
    /// - Returns: the body that belongs behind them, where the last is a long one.
    private func takeReady() -> ByteBuffer? {
        while output.readableBytes < Self.outputBytesMax,
            let answer = state.popReady(isDraining: loop.isDraining)
        {
            if state.isStreaming { rest = answer.response.rest }
            let isLong = !answer.isHead && answer.response.body.readableBytes > Self.copiedBytesMax
            answer.response.write(
                to: &output, date: loop.date, times: answer.times, total: answer.total,
                isHead: answer.isHead || isLong, persistence: answer.persistence)
            if isLong { return answer.response.body }
        }
        return nil
    }

    private func writeContinueIfDue() {
        guard let context, state.continues(at: .now()) else { return }
        context.writeAndFlush(
            wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    // MARK: The end

    private func closeIfDone() {
        guard !isFlushScheduled, let context, state.closes(at: .now()) else { return }
        checkInTime()
        // An empty write is done when everything before it has been taken by the system. Closing earlier
        // would throw the rest away where the client has ended its side already.
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenComplete { _ in
            guard let context = self.context, let ending = self.state.ends(at: .now()) else { return }
            self.checkInTime()
            context.close(mode: ending == .whole ? .all : .output, promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: taken)
        resumeReading()
    }

    /// Sees to it that a time that has begun is checked when it is over.
    private func checkInTime() {
        loop.check(self, at: state.nextCheck(at: .now(), limits: loop.limits))
    }

    func checkTimes(_ now: NIODeadline) {
        let waitingBytes = state.isFull ? context?.waitingBytes : 0
        switch state.check(at: now, waitingBytes: waitingBytes ?? .max, limits: loop.limits) {
        case .keep: break
        case .refuse(let problem): refuse(problem)
        case .close: abort()
        }
    }

    /// A client that has sent all it will may wait for its answers, or be gone: both look the same. So what is
    /// asked goes on for a while, and what takes longer than that is given up.
    private func leaveSoon() {
        guard !state.isAnswered, let context else { return }
        context.eventLoop.assumeIsolated().scheduleTask(in: loop.limits.halfClosedTimeMax) {
            [weak self, client] in
            client.leave()
            if self?.state.isStreaming == true { self?.endRest() }
        }
    }

    /// Stops taking requests; closes as soon as what was taken is answered.
    func drain() {
        if state.isStreaming { endRest() }
        if state.drain(at: .now(), limits: loop.limits) { closeIfDone() }
    }

    /// Closes immediately.
    func abort() { context?.close(promise: nil) }
}

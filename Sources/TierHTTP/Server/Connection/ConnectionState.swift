internal import DequeModule
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// What a client's connection to a tier is about to do: which request is read, begun and answered next, how much
/// memory its client makes the server hold, and when it closes.
///
/// A pure state machine: events, the time and the loop's memory in, decisions out.
struct ConnectionState {
    typealias Ticket = OrderedResponses<Outgoing>.Ticket

    /// A request that arrives.
    struct Incoming {
        let head: HTTPRequestHead
        let check: RequestCheck
        let bodyBytesMax: Int
        /// What the body has where it is longer than most routes take; 0 for any other.
        let longBodyBytes: Int
        var body = ByteBuffer()

        /// What becomes of the connection after the answer.
        var persistence: TierResponse.Persistence {
            check.isLast ? .closed : head.version == .http1_0 ? .keptForHTTP10 : .kept
        }

        fileprivate mutating func append(_ bytes: ByteBuffer) -> Bool {
            guard body.readableBytes + bytes.readableBytes <= bodyBytesMax else { return false }
            body.writeImmutableBuffer(bytes)
            return true
        }
    }

    /// A request that has arrived to its end and has its place among the answers.
    struct Complete {
        let request: Incoming
        let work: RouteTable.Work
        let ticket: Ticket
    }

    struct Outgoing {
        let response: TierResponse
        let isHead: Bool
        var persistence: TierResponse.Persistence
        let times: CallTimes
        /// From the request's arrival to its answer, however long the answer waits for its turn.
        let total: TimeAmount

        /// What it takes until the client has it: its body, and a head of usual length.
        var byteCount: Int { (isHead ? 0 : response.body.readableBytes) + 256 }
    }

    /// A channel that holds as much as it may.
    struct Fullness {
        let since: NIODeadline
        /// When the client last took something of what waits.
        var takenAt: NIODeadline
        /// How much waited when that was last looked at.
        var byteCount = Int.max
    }

    var life: ConnectionLife
    var incoming: Incoming?
    /// Bytes that are kept of the request that is arriving.
    private(set) var arrivingBytes = 0
    var responses = OrderedResponses<Outgoing>()
    /// Requests that wait until there is room for their answers, whose places are taken already.
    private var held: Deque<Complete> = []
    private var unsent: UnsentAnswers
    var fullness: Fullness?
    private(set) var isReadHeld = false
    /// Whether an answer without an end is being sent, or was: nothing comes behind it.
    private var isEndless = false
    /// Whether there is more of it to come.
    private(set) var isStreaming = false
    private let pipelinedCountMax: Int
    private let headBytesMax: Int

    init(limits: ServerLimits, at now: NIODeadline) {
        life = ConnectionLife(at: now)
        unsent = UnsentAnswers(
            bytesMax: limits.unsentBytesPerConnectionMax, expectedBytes: limits.longAnswerBytesExpected)
        pipelinedCountMax = limits.pipelinedCountMax
        headBytesMax = limits.headBytesMax
    }

    // MARK: Requests that arrive

    /// Whether bytes are still to be parsed.
    var takesBytes: Bool { life.isOpen }

    var openBody: RequestCheck.Body? { incoming?.check.body }

    /// What the body of that request may have, in bytes.
    var bodyBytesMax: Int { incoming?.bodyBytesMax ?? 0 }

    /// The head of the request whose end has not come.
    var openHead: HTTPRequestHead? { incoming?.head }

    /// When the request that is arriving began to.
    var arrivalStart: NIODeadline? { life.arrivalStart }

    /// Whether the client's next bytes are read; where not, `isReadHeld` until they are asked for again.
    mutating func reads() -> Bool {
        isReadHeld =
            responses.count >= pipelinedCountMax || fullness != nil || !held.isEmpty
            || !unsent.mayBegin(isLong: false)
        return !isReadHeld
    }

    mutating func bytesArrive(_ count: Int, at now: NIODeadline, in memory: inout LoopMemory) {
        life.bytesArrive(at: now)
        // Of a body, what is kept is counted when it is.
        if incoming == nil { keep(count, in: &memory) }
    }

    /// A head has come. Returns false where there is no room for its long body.
    mutating func begin(_ request: Incoming, in memory: inout LoopMemory) -> Bool {
        guard request.longBodyBytes == 0 || memory.takeLongBody(of: request.longBodyBytes) else {
            return false
        }
        incoming = request
        // What has come is a head, which is no longer than heads may be, and perhaps some of a body.
        let excess = arrivingBytes - headBytesMax
        if excess > 0 { keep(-excess, in: &memory) }
        if request.check.expectsContinue { life.oweContinue() }
        return true
    }

    /// Some of the body has come. Returns false where it is longer than it may be.
    mutating func append(_ bytes: ByteBuffer, in memory: inout LoopMemory) -> Bool {
        // In its place: a copy would copy the bytes.
        guard incoming?.append(bytes) != false else { return false }
        if incoming?.longBodyBytes == 0 { keep(bytes.readableBytes, in: &memory) }
        return true
    }

    /// The end of a request has come, which takes its place among the answers.
    mutating func finish(in memory: inout LoopMemory) -> (request: Incoming, ticket: Ticket)? {
        guard let request = incoming else { return nil }
        endIncoming(isLast: request.check.isLast, in: &memory)
        return (request, responses.begin())
    }

    /// A request cannot be read to its end: takes a place for the refusal, and no further request.
    mutating func refuse(in memory: inout LoopMemory) -> Ticket {
        endIncoming(isLast: true, in: &memory)
        unsent.begin(isLong: false)
        return responses.begin()
    }

    private mutating func endIncoming(isLast: Bool, in memory: inout LoopMemory) {
        keep(-arrivingBytes, in: &memory)
        memory.longBodyBytes -= incoming?.longBodyBytes ?? 0
        incoming = nil
        life.endRequest(isLast: isLast)
    }

    /// Counts bytes that are kept until their request is complete.
    private mutating func keep(_ count: Int, in memory: inout LoopMemory) {
        arrivingBytes += count
        memory.partialBytes += count
    }

    mutating func continues(at now: NIODeadline) -> Bool {
        life.continues(at: now, isAnswered: responses.isEmpty)
    }

    // MARK: Requests that are worked on

    /// Whether a request that has just arrived may be begun. Where not, it waits until there is room for its answer:
    /// requests are begun in their order.
    mutating func begins(_ request: Complete) -> Bool {
        guard held.isEmpty, hasRoom(for: request, beside: responses.count - 1) else {
            held.append(request)
            return false
        }
        unsent.begin(isLong: request.work.isLong)
        return true
    }

    /// The next that waits, if there is room for it now.
    mutating func nextHeld() -> Complete? {
        guard let next = held.first, hasRoom(for: next, beside: responses.count - held.count) else {
            return nil
        }
        unsent.begin(isLong: next.work.isLong)
        return held.removeFirst()
    }

    private func hasRoom(for request: Complete, beside count: Int) -> Bool {
        guard count < pipelinedCountMax else { return false }
        if case .refusal = request.work { return true }
        return unsent.mayBegin(isLong: request.work.isLong)
    }

    mutating func end(_ ticket: Ticket, isLong: Bool, with answer: Outgoing, in memory: inout LoopMemory) {
        unsent.end(isLong: isLong, bytes: answer.byteCount)
        memory.unsentBytes += answer.byteCount
        responses.complete(ticket, with: answer)
    }

    // MARK: Answers

    /// Whether nothing is owed.
    var isAnswered: Bool { isEndless ? !isStreaming : responses.isEmpty }

    /// Whether the client takes nothing. Meanwhile its further answers wait here, where they share their bodies.
    var isFull: Bool { fullness != nil }

    /// Since when the channel is full, whether the client takes some of it or not.
    var fullSince: NIODeadline? { fullness?.since }

    /// Bytes of answers that the client has not taken.
    var unsentBytes: Int { unsent.bytes }

    /// The next answer that may leave.
    mutating func popReady(isDraining: Bool) -> Outgoing? {
        guard !isEndless, var answer = responses.popReady() else { return nil }
        unsent.write(answer.byteCount)
        if answer.response.rest != nil, !answer.isHead {
            answer.persistence = .closed
            (isEndless, isStreaming) = (true, true)
            held = []
        }
        if isDraining, responses.isEmpty, incoming == nil { answer.persistence = .closed }
        if case .closed = answer.persistence { life.endRequests() }
        return answer
    }

    /// The system has taken what the channel held.
    mutating func taken(in memory: inout LoopMemory) { memory.unsentBytes -= unsent.take() }

    /// All that may leave in this tick was written.
    mutating func flushed(at now: NIODeadline) { life.answer(at: now) }

    /// The channel has become full, or has room again.
    mutating func change(isFull: Bool, at now: NIODeadline, in memory: inout LoopMemory) {
        guard !isFull else {
            fullness = Fullness(since: now, takenAt: now)
            return
        }
        fullness = nil
        taken(in: &memory)
        life.delayClosing(to: now)
    }

    // MARK: The end

    /// The answer without an end has ended.
    mutating func endStream() { isStreaming = false }

    mutating func closeInput() { life.closeInput() }

    /// Stops taking requests. Returns false for a connection with work, which ends when that is answered.
    mutating func drain(at now: NIODeadline, limits: ServerLimits) -> Bool {
        guard life.isOpen, responses.isEmpty, incoming == nil else { return false }
        life.drain(at: now, limits: limits.life)
        return true
    }

    /// Whether the last bytes are to be written now.
    mutating func closes(at now: NIODeadline) -> Bool { life.closes(at: now, isAnswered: isAnswered) }

    /// The system has taken the last bytes.
    mutating func ends(at now: NIODeadline) -> ConnectionLife.Ending? { life.ends(at: now) }

    /// The connection has ended: nothing of it is kept.
    mutating func release(from memory: inout LoopMemory) {
        endIncoming(isLast: true, in: &memory)
        memory.unsentBytes -= unsent.bytes
        unsent = UnsentAnswers(bytesMax: 0, expectedBytes: 0)
        held = []
        responses = OrderedResponses()
    }
}

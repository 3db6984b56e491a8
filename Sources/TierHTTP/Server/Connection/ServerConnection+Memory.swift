internal import DequeModule
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// The memory that a client can make the server hold: when its requests are begun, kept waiting or refused.
extension ServerConnection {
    /// A request that has arrived to its end and has its place among the answers.
    struct Complete {
        let request: Incoming
        let target: RequestTarget
        let ticket: OrderedResponses<Outgoing>.Ticket
        let persistence: TierResponse.Persistence
    }

    static let noRoom = StoreError.overloaded(
        "answers that clients have not taken use up the memory for them; try again in a moment")

    // MARK: Requests and their answers

    /// Begins a request, or lets it wait until there is room for its answer. Requests are begun in their order.
    func take(_ complete: Complete) {
        if held.isEmpty, begin(complete, beside: responses.count - 1) { return }
        held.append(complete)
    }

    /// Begins what waits, as far as there is room now.
    func startHeld() {
        while let next = held.first, begin(next, beside: responses.count - held.count) { held.removeFirst() }
    }

    /// Whether the client's next requests may be read.
    var mayTakeMore: Bool { held.isEmpty && unsent.mayBegin(isLong: false) }

    /// Begins a request beside `count` others if there is room for its answer. Returns whether there was.
    private func begin(_ complete: Complete, beside count: Int) -> Bool {
        guard count < loop.limits.pipelinedCountMax else { return false }
        let (request, target) = (complete.request, complete.target)
        let head = request.head
        if loop.routes.takesBatches, target.route == BatchWire.routeName, head.method == .POST {
            guard unsent.mayBegin(isLong: false) else { return false }
            let served = begin(loop.routes.batch, head, complete.persistence, at: complete.ticket)
            do {
                try request.check.refuseOtherSites(reach: .site)
                runBatch(request.body, head: head, for: served)
            } catch {
                end(served, failing: error)
            }
            return true
        }
        do {
            let entry = try loop.routes.entry(
                method: head.method, target: target, headers: head.headers, check: request.check)
            let isLong = entry.route.isLong
            guard unsent.mayBegin(isLong: isLong) else { return false }
            let served = begin(
                entry.operation, head, complete.persistence, at: complete.ticket, isLong: isLong)
            let tierRequest = TierRequest(
                method: head.method, target: target, headers: head.headers, body: request.body,
                slot: loop.slot, trace: served.trace, arrived: served.arrived, times: served.times,
                client: client)
            run(entry.route, with: tierRequest, for: served)
        } catch {
            end(begin(loop.routes.unknown, head, complete.persistence, at: complete.ticket), failing: error)
        }
        return true
    }

    /// Notes that the system has taken what the channel held.
    func noteTaken() { loop.memory.unsentBytes -= unsent.take() }

    // MARK: Requests that arrive

    /// Counts bytes that are kept until their request is complete.
    func keep(_ byteCount: Int) {
        arrivingBytes += byteCount
        loop.memory.partialBytes += byteCount
        if loop.memory.partialExcess > 0 { loop.refuseOldestPartial() }
    }

    /// What has come is a head, which is no longer than heads may be, and perhaps some of a body.
    func headEnded() {
        let excess = arrivingBytes - loop.limits.headBytesMax
        guard excess > 0 else { return }
        arrivingBytes -= excess
        loop.memory.partialBytes -= excess
    }

    /// Notes a body that is longer than others may be. Returns whether there is room for it.
    func announceBody(of byteCount: Int) -> Bool {
        guard loop.memory.hasRoom(forBody: byteCount) else { return false }
        longBodyBytes = byteCount
        loop.memory.longBodyBytes += byteCount
        return true
    }

    func refuseLongBody() {
        loop.shedRequests.add(1)
        refuse(Problem(StoreError.overloaded("too many long bodies arrive just now; try again in a moment")))
    }

    /// Refuses the request that is arriving, since it holds memory that others need.
    func refusePartial() {
        loop.shedRequests.add(1)
        refuse(
            Problem(
                .requestTimeout,
                "too many requests arrive in part just now, and this has taken the longest; send it again"))
    }

    /// Nothing is kept any more of a request that was arriving.
    func releaseArriving() {
        loop.memory.partialBytes -= arrivingBytes
        loop.memory.longBodyBytes -= longBodyBytes
        arrivingBytes = 0
        longBodyBytes = 0
    }

    /// The connection has ended: nothing of it is kept.
    func releaseMemory() {
        releaseArriving()
        loop.memory.unsentBytes -= unsent.bytes
        unsent = UnsentAnswers(bytesMax: 0, expectedBytes: 0)
        held = []
        responses = OrderedResponses()
        output = ByteBuffer()
    }
}

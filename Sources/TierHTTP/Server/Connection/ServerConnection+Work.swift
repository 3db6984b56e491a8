internal import Logging
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// From a request to its answer.
extension ServerConnection {
    /// A request that is being worked on, or refused.
    struct Served {
        /// Where its answer goes.
        enum Destination {
            /// To the client, in its place among the connection's answers.
            case connection(OrderedResponses<Outgoing>.Ticket, TierResponse.Persistence)
            /// Into the answer of the batch that it came with.
            case batch(BatchAnswers, index: Int)
        }

        let destination: Destination
        let operation: SystemMonitor.Operation
        /// Nil for a request that could not be read so far.
        let line: RequestLine?
        let trace: TraceContext
        let arrived: NIODeadline
        let times: CallTimes
        /// Whether its answer may be a long one.
        let isLong: Bool
        /// What the answer to a purchase names: see ``Route``.
        var key: IdempotencyKey?
    }

    /// Takes a request's place in the order of the answers, if it has none yet, and counts it as in flight.
    func begin(
        _ operation: SystemMonitor.Operation, _ head: HTTPRequestHead?,
        _ persistence: TierResponse.Persistence, at ticket: OrderedResponses<Outgoing>.Ticket? = nil,
        isLong: Bool = false
    ) -> Served {
        unsent.begin(isLong: isLong)
        return begin(
            operation, head.map { RequestLine(method: $0.method, uri: $0.uri) }, trace(of: head),
            to: .connection(ticket ?? responses.begin(), persistence), isLong: isLong)
    }

    /// Counts a request as in flight.
    func begin(
        _ operation: SystemMonitor.Operation, _ line: RequestLine?, _ trace: TraceContext,
        to destination: Served.Destination, isLong: Bool = false
    ) -> Served {
        loop.inFlightCount += 1
        loop.routes.monitor.begin(operation, shard: loop.slot.index)
        return Served(
            destination: destination, operation: operation, line: line, trace: trace, arrived: .now(),
            times: CallTimes(), isLong: isLong)
    }

    func run(_ route: Route, with request: TierRequest, for served: Served) {
        guard route.isPurchase else { return run(route.handler, with: request, for: served) }
        var (request, served) = (request, served)
        do {
            let key = try request.purchaseKey()
            (request.key, served.key) = (key, key)
            run(route.handler, with: request, for: served)
        } catch {
            end(served, failing: error)
        }
    }

    private func run(_ handler: Route.Handler, with request: TierRequest, for served: Served) {
        guard loop.inFlightCount <= loop.limits.inFlightPerLoopMax else {
            return end(
                served, failing: StoreError.overloaded("the server has too much to do; nothing was done"))
        }
        guard !served.isLong || !loop.memory.isFull else { return end(served, failing: Self.noRoom) }
        do {
            switch try handler(request) {
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

    func end(_ served: Served, failing error: any Error) {
        if case .overloaded = error as? StoreError { loop.shedRequests.add(1) }
        let problem = Problem(error)
        if problem.status == .internalServerError {
            loop.logger.error(
                "unexpected error", metadata: ["trace_id": "\(served.trace.traceID)", "error": "\(error)"])
        }
        end(served, with: problem.response(traceID: served.trace.traceID, key: served.key))
    }

    func end(_ served: Served, with response: TierResponse) {
        // Only what reads has long answers. What changed something is answered by what became of it.
        if served.isLong, context != nil, !loop.memory.hasRoom(forAnswer: response.body.readableBytes) {
            return end(served, failing: Self.noRoom)
        }
        loop.inFlightCount -= 1
        let total = NIODeadline.now() - served.arrived
        loop.routes.monitor.end(
            served.operation, shard: loop.slot.index, nanos: UInt64(max(0, total.nanoseconds)),
            outcome: response.monitoredOutcome)
        var response = response
        response.key = served.key
        loop.logAccess(served.line, status: response.status, trace: served.trace, took: total)
        switch served.destination {
        case .connection(let ticket, let persistence):
            let outgoing = Outgoing(
                response: response, isHead: served.line?.method == .HEAD || response.status == .notModified,
                persistence: persistence, times: served.times, total: total)
            // Nobody waits for it any more.
            guard context != nil else { return }
            unsent.end(isLong: served.isLong, bytes: outgoing.byteCount)
            loop.memory.unsentBytes += outgoing.byteCount
            responses.complete(ticket, with: outgoing)
            scheduleFlush()
        case .batch(let answers, let index):
            answers.end(index, of: served, with: response, on: self)
        }
    }
}

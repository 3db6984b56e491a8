internal import Logging
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// From a request to its answer.
extension ServerConnection {
    /// A request that is being worked on, or refused.
    struct Served {
        let ticket: OrderedResponses<Outgoing>.Ticket
        let operation: SystemMonitor.Operation
        /// Nil for a request that could not be read so far.
        let head: HTTPRequestHead?
        let persistence: TierResponse.Persistence
        let trace: TraceContext
        let arrived: NIODeadline
        let times: CallTimes
    }

    /// Takes a request's place in the order of the answers and counts it as in flight.
    func begin(
        _ operation: SystemMonitor.Operation, _ head: HTTPRequestHead?,
        _ persistence: TierResponse.Persistence
    ) -> Served {
        loop.inFlightCount += 1
        loop.routes.monitor.begin(operation, shard: loop.slot.index)
        return Served(
            ticket: responses.begin(), operation: operation, head: head, persistence: persistence,
            trace: trace(of: head), arrived: .now(), times: CallTimes())
    }

    func run(_ handler: Route.Handler, with request: TierRequest, for served: Served) {
        guard loop.inFlightCount <= loop.limits.inFlightPerLoopMax else {
            return end(
                served, failing: StoreError.overloaded("the server has too much to do; nothing was done"))
        }
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
        end(served, with: problem.response(traceID: served.trace.traceID))
    }

    private func end(_ served: Served, with response: TierResponse) {
        loop.inFlightCount -= 1
        let total = NIODeadline.now() - served.arrived
        loop.routes.monitor.end(
            served.operation, shard: loop.slot.index, nanos: UInt64(max(0, total.nanoseconds)),
            outcome: response.monitoredOutcome)
        loop.logAccess(served.head, status: response.status, trace: served.trace, took: total)
        let outgoing = Outgoing(
            response: response, isHead: served.head?.method == .HEAD, persistence: served.persistence,
            times: served.times, total: total)
        responses.complete(served.ticket, with: outgoing)
        scheduleFlush()
    }
}

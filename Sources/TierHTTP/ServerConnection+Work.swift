internal import Logging
internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// From a complete request to its answer.
extension ServerConnection {
    /// A request that is being worked on.
    struct Served {
        let ticket: OrderedResponses<Outgoing>.Ticket
        let operation: SystemMonitor.Operation
        let request: TierRequest
        let uri: String
        let persistence: TierResponse.Persistence
    }

    func run(_ handler: Route.Handler, for served: Served) {
        begin(served)
        guard loop.inFlightCount <= loop.limits.inFlightPerLoopMax else {
            return end(
                served, failing: StoreError.overloaded("the server has too much to do; nothing was done"))
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

    func begin(_ served: Served) {
        loop.inFlightCount += 1
        loop.routes.monitor.begin(served.operation, shard: loop.slot.index)
    }

    private func end(_ served: Served, failing error: any Error) {
        let problem = Problem(error)
        if problem.status == .internalServerError {
            loop.logger.error(
                "unexpected error",
                metadata: ["trace_id": "\(served.request.trace.traceID)", "error": "\(error)"])
        }
        end(served, with: problem.response(traceID: served.request.trace.traceID))
    }

    func end(_ served: Served, with response: TierResponse) {
        loop.inFlightCount -= 1
        let nanos = UInt64(max(0, (NIODeadline.now() - served.request.arrived).nanoseconds))
        loop.routes.monitor.end(
            served.operation, shard: loop.slot.index, nanos: nanos, outcome: response.monitoredOutcome)
        let level: Logger.Level = response.status.code >= 500 ? .warning : .debug
        loop.logger.log(
            level: level, "\(served.request.method) \(served.uri) \(response.status.code)",
            metadata: ["trace_id": "\(served.request.trace.traceID)", "micros": "\(nanos / 1_000)"])
        let outgoing = Outgoing(
            response: response, isHead: served.request.method == .HEAD, persistence: served.persistence)
        responses.complete(served.ticket, with: outgoing)
        scheduleFlush()
    }
}

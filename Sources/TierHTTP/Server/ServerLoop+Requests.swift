internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// From a request to its answer.
extension ServerLoop {
    private static let noRoom = StoreError.overloaded(.answersUnread)

    /// Checks the head of a request.
    ///
    /// - Throws: ``Problem`` for one after which the connection's next bytes have no certain meaning.
    func admit(_ head: HTTPRequestHead) throws(Problem) -> ConnectionState.Incoming {
        let check = try RequestCheck(head)
        try hosts.admit(check.host)
        guard case .length(let length) = check.body, length > limits.bodyBytesMax else {
            return ConnectionState.Incoming(
                head: head, check: check, bodyBytesMax: limits.bodyBytesMax, longBodyBytes: 0)
        }
        // Most routes have no limit of their own, and most requests no such body.
        let bytesMax = routes.bodyBytesMax(for: head) ?? limits.bodyBytesMax
        guard length <= bytesMax else { throw Self.bodyProblem(bytesMax) }
        return ConnectionState.Incoming(
            head: head, check: check, bodyBytesMax: bytesMax, longBodyBytes: length)
    }

    static func bodyProblem(_ bytesMax: Int) -> Problem {
        Problem(.payloadTooLarge, "the body is longer than \(bytesMax) bytes")
    }

    /// Carries out what a connection has begun.
    func carryOut(_ complete: ConnectionState.Complete, of connection: ServerConnection) {
        let request = complete.request
        let operation =
            switch complete.work {
            case .route(let entry, _): entry.operation
            case .batch: routes.batch
            case .refusal(_, let operation): operation
            }
        let served = begin(
            operation, request.head, isLong: complete.work.isLong, isChange: complete.work.isChange,
            to: .connection(connection, complete.ticket, request.persistence))
        switch complete.work {
        case .route(let entry, let target):
            let tierRequest = TierRequest(
                method: request.head.method, target: target, headers: request.head.headers,
                body: request.body, slot: slot, trace: served.trace, arrived: served.arrived,
                times: served.times, client: connection.client)
            run(entry, with: tierRequest, for: served)
        case .batch: runBatch(request, for: served, client: connection.client)
        case .refusal(let problem, _): end(served, failing: problem)
        }
    }

    /// Answers a request that a connection cannot read to its end.
    func refuse(
        _ head: HTTPRequestHead?, of connection: ServerConnection, at ticket: ConnectionState.Ticket,
        _ problem: Problem
    ) {
        let entry = head.flatMap {
            try? routes.entry(method: $0.method, target: RequestTarget($0.uri), headers: $0.headers)
        }
        var served = begin(
            entry?.operation ?? routes.unknown, head, to: .connection(connection, ticket, .closed))
        if let head, entry?.route.isPurchase == true {
            served.key = try? TierRequest.purchaseKey(in: head.headers)
        }
        end(served, failing: problem)
    }

    /// Begins a request in the client's trace, or in a new one.
    private func begin(
        _ operation: SystemMonitor.Operation, _ head: HTTPRequestHead?, isLong: Bool = false,
        isChange: Bool = false, to destination: ServedRequest.Destination
    ) -> ServedRequest {
        let trace = head?.headers.first(name: "traceparent").flatMap(TraceContext.init(parsing:))
        return begin(
            operation, head.map { RequestLine(method: $0.method, uri: $0.uri) },
            trace ?? TraceContext(using: &random), isLong: isLong, isChange: isChange, to: destination)
    }

    /// Counts a request as in flight.
    private func begin(
        _ operation: SystemMonitor.Operation, _ line: RequestLine?, _ trace: TraceContext,
        isLong: Bool = false,
        isChange: Bool = false, to destination: ServedRequest.Destination
    ) -> ServedRequest {
        if isChange { changes.begin() } else { reads.begin() }
        routes.monitor.begin(operation, shard: slot.index)
        return ServedRequest(
            destination: destination, operation: operation, line: line, trace: trace, isLong: isLong,
            isChange: isChange)
    }

    private func run(_ entry: RouteTable.Entry, with request: TierRequest, for served: ServedRequest) {
        guard entry.route.isPurchase else { return run(entry.route.handler, with: request, for: served) }
        var (request, served) = (request, served)
        do {
            let key = try request.purchaseKey()
            (request.key, served.key) = (key, key)
            run(entry.route.handler, with: request, for: served)
        } catch {
            end(served, failing: error)
        }
    }

    private func run(_ handler: Route.Handler, with request: TierRequest, for served: ServedRequest) {
        guard served.isChange ? changes.hasRoom : reads.hasRoom else {
            return end(served, failing: StoreError.overloaded(.busy))
        }
        guard !served.isLong || !memory.isFull else { return end(served, failing: Self.noRoom) }
        do {
            switch try handler(request) {
            case .ready(let response): end(served, with: response)
            case .pending(let future): future.assumeIsolated().whenComplete { self.end(served, $0) }
            case .calling(let begin):
                let waiting = NIOLoopBound((loop: self, request: served), eventLoop: slot.eventLoop)
                begin { waiting.value.loop.end(waiting.value.request, $0) }
            }
        } catch {
            end(served, failing: error)
        }
    }

    /// Carries out the requests of a batch side by side; of one that is malformed, none.
    private func runBatch(
        _ batch: ConnectionState.Incoming, for served: ServedRequest, client: ClientPresence
    ) {
        guard let entries = BatchWire.entries(in: batch.body) else {
            return end(served, failing: Problem(.badRequest, "the batch is not well-formed"))
        }
        let answers = BatchAnswers(of: served, count: entries.count)
        for (index, entry) in entries.enumerated() {
            run(entry, headers: batch.head.headers, client: client, to: .batch(answers, index: index))
        }
    }

    /// Carries out one request of a batch, which shows the token that the batch showed.
    private func run(
        _ entry: BatchWire.Entry, headers: HTTPHeaders, client: ClientPresence,
        to destination: ServedRequest.Destination
    ) {
        let target = RequestTarget(entry.line.uri)
        do {
            let found = try routes.entry(method: entry.line.method, target: target, headers: headers)
            let served = begin(
                found.operation, entry.line, entry.trace, isChange: found.route.isChange, to: destination)
            let request = TierRequest(
                method: entry.line.method, target: target, keyField: entry.key, slot: slot,
                trace: served.trace, arrived: served.arrived, times: served.times, client: client)
            // What may be long is not even begun: its answer would have no place here.
            guard !found.route.isLong else { return end(served, failing: BatchWire.tooLong) }
            run(found, with: request, for: served)
        } catch {
            let served = begin(routes.unknown, entry.line, entry.trace, to: destination)
            end(served, failing: error)
        }
    }

    private func end(_ served: ServedRequest, _ result: Result<TierResponse, any Error>) {
        switch result {
        case .success(let response): end(served, with: response)
        case .failure(let error): end(served, failing: error)
        }
    }

    private func end(_ served: ServedRequest, failing error: any Error) {
        if case .overloaded = error as? StoreError { shedRequests.add(1) }
        let problem = Problem(error)
        if problem.status == .internalServerError { log.record(error, trace: served.trace) }
        end(served, with: problem.response(traceID: served.trace.traceID, key: served.key), problem: problem)
    }

    private func end(_ served: ServedRequest, with response: TierResponse, problem: Problem? = nil) {
        if case .connection(let connection, _, _) = served.destination, served.isLong {
            // Only what reads has long answers. What changed something is answered by what became of it.
            guard !connection.isConnected || memory.hasRoom(forAnswer: response.body.readableBytes) else {
                return end(served, failing: Self.noRoom)
            }
        }
        let total = NIODeadline.now() - served.arrived
        let outcome = response.monitoredOutcome
        routes.monitor.end(
            served.operation, shard: slot.index, nanos: UInt64(max(0, total.nanoseconds)),
            outcome: outcome)
        let isAnswered = outcome == .success || outcome == .failed
        if served.isChange { changes.end(isAnswered: isAnswered) } else { reads.end(isAnswered: isAnswered) }
        if outcome == .error { faults.add(problem?.code) }
        var response = response
        response.key = served.key
        log.record(
            served.line, status: response.status, trace: served.trace, took: total, problem: problem)
        switch served.destination {
        case .connection(let connection, let ticket, let persistence):
            let answer = ConnectionState.Outgoing(
                response: response, isHead: served.line?.method == .HEAD || response.status == .notModified,
                persistence: persistence, times: served.times, total: total)
            connection.answer(ticket, isLong: served.isLong, with: answer)
        case .batch(let answers, let index):
            let ended = answers.end(index, of: served, at: served.arrived + total, with: response)
            if let (batch, response) = ended {
                end(batch, with: response)
            }
        }
    }
}

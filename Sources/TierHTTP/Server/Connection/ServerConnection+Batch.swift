internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

// Several requests in one: see ``BatchWire``.
extension ServerConnection {
    /// The answers of a batch, as far as its requests have ended. Used on the connection's loop only.
    final class BatchAnswers {
        private let batch: Served
        private var answers: [(response: TierResponse, times: CallTimes)?]
        private var openCount: Int

        init(of batch: Served, count: Int) {
            self.batch = batch
            answers = Array(repeating: nil, count: count)
            openCount = count
        }

        /// Notes a request's answer; after the last one the batch is answered.
        func end(
            _ index: Int, of served: Served, with response: TierResponse, on connection: ServerConnection
        ) {
            let fits = response.body.readableBytes <= BatchWire.answerBytesMax
            answers[index] = (
                fits ? response : BatchWire.tooLong.response(traceID: served.trace.traceID), served.times
            )
            openCount -= 1
            guard openCount == 0 else { return }
            var body = ByteBuffer()
            body.reserveCapacity(answers.count * 128)
            for case let answer? in answers {
                BatchWire.write(answer.response, times: answer.times, to: &body)
            }
            connection.end(batch, with: TierResponse(.ok, .batch, body: body))
        }
    }

    /// Carries out the requests of a batch side by side; of one that is malformed, none.
    func runBatch(_ body: ByteBuffer, head: HTTPRequestHead, for served: Served) {
        do {
            try loop.routes.checkBatch(headers: head.headers)
        } catch {
            return end(served, failing: error)
        }
        guard let entries = BatchWire.entries(in: body) else {
            return end(served, failing: Problem(.badRequest, "the batch is not well-formed"))
        }
        let answers = BatchAnswers(of: served, count: entries.count)
        for (index, entry) in entries.enumerated() {
            run(entry, head: head, to: .batch(answers, index: index))
        }
    }

    /// Carries out one request of a batch, which shows the token that the batch showed.
    private func run(_ entry: BatchWire.Entry, head: HTTPRequestHead, to destination: Served.Destination) {
        let target = RequestTarget(entry.line.uri)
        do {
            let route = try loop.routes.entry(
                method: entry.line.method, target: target, headers: head.headers)
            let served = begin(route.operation, entry.line, entry.trace, to: destination)
            let request = TierRequest(
                method: entry.line.method, target: target,
                headers: entry.key.map { ["idempotency-key": $0] } ?? [:], slot: loop.slot,
                trace: served.trace, arrived: served.arrived, times: served.times, client: client)
            // What may be long is not even begun: its answer would have no place here.
            guard !route.route.isLong else { return end(served, failing: BatchWire.tooLong) }
            run(route.route, with: request, for: served)
        } catch {
            end(begin(loop.routes.unknown, entry.line, entry.trace, to: destination), failing: error)
        }
    }
}

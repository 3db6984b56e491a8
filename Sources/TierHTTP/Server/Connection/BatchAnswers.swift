internal import Monitoring
internal import NIOCore
internal import NIOHTTP1

/// The answers of a batch (``BatchWire``), as far as its requests have ended. Used on the connection's loop only.
final class BatchAnswers {
    private let batch: ServedRequest
    private var answers: [(response: TierResponse, times: CallTimes, ended: NIODeadline)?]
    private var openCount: Int

    init(of batch: ServedRequest, count: Int) {
        self.batch = batch
        answers = Array(repeating: nil, count: count)
        openCount = count
    }

    /// Takes a request's answer, which it had at `time`.
    ///
    /// - Returns: after the last one, the batch and its answer.
    func end(
        _ index: Int, of served: ServedRequest, at time: NIODeadline, with response: TierResponse
    ) -> (batch: ServedRequest, response: TierResponse)? {
        let fits = response.body.readableBytes <= BatchWire.answerBytesMax
        answers[index] = (
            fits ? response : BatchWire.tooLong.response(traceID: served.trace.traceID), served.times, time
        )
        openCount -= 1
        guard openCount == 0 else { return nil }
        var body = ByteBuffer()
        body.reserveCapacity(answers.count * 128)
        let now = NIODeadline.now()
        for case let answer? in answers {
            BatchWire.write(answer.response, times: answer.times, held: now - answer.ended, to: &body)
        }
        return (batch, TierResponse(.ok, .batch, body: body))
    }
}

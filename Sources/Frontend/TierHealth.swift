internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// Looks how the tiers behind are, for a page that shows it.
struct TierHealth: Sendable {
    private static let answerTimeMax = TimeAmount.seconds(1)

    private let tiers: [(client: TierClient, operation: SystemMonitor.Operation)]

    init(of clients: [TierClient]) {
        tiers = clients.map { ($0, $0.operation("/readyz")) }
    }

    /// What each tier says of itself, in the order in which they were given.
    func response(to request: TierRequest) -> EventLoopFuture<TierResponse> {
        let looks = tiers.map { client, operation in
            let call = TierCall(
                .GET, "/readyz", deadline: .now() + Self.answerTimeMax, trace: request.trace,
                operation: operation, times: request.times, entry: client.tier, lane: .probes)
            let start = NIODeadline.now()
            return client.send(call, on: request.slot).map { answer in
                let detail = answer.status == .ok ? "ready" : "answers with status \(answer.status.code)"
                return Self.entry(
                    client.tier, isReady: answer.status == .ok, detail, NIODeadline.now() - start)
            }.flatMapErrorThrowing { error in
                Self.entry(client.tier, isReady: false, Problem(error).detail, NIODeadline.now() - start)
            }
        }
        return EventLoopFuture.whenAllSucceed(looks, on: request.slot.eventLoop).map { entries in
            var json = ByteBuffer(string: #"{"result":"#)
            json.writeArray(entries) { $0.writeImmutableBuffer($1) }
            json.writeStaticString("}")
            return .json(json)
        }
    }

    private static func entry(
        _ tier: String, isReady: Bool, _ detail: String, _ elapsed: TimeAmount
    ) -> ByteBuffer {
        var json = ByteBuffer(string: #"{"tier":"\#(tier)","ready":\#(isReady),"detail":"#)
        json.writeJSONString(detail)
        let hundredths = elapsed.nanoseconds / 10_000
        let fraction = hundredths % 100
        json.writeString(#","millis":\#(hundredths / 100).\#(fraction < 10 ? "0" : "")\#(fraction)}"#)
        return json
    }
}

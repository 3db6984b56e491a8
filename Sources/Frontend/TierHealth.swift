internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// Looks how the servers behind are, for a page that shows it.
struct TierHealth: Sendable {
    private static let answerTimeMax = TimeAmount.seconds(1)

    private let tiers: [(client: TierClient, operation: SystemMonitor.Operation)]

    init(of clients: [TierClient]) {
        tiers = clients.map { ($0, $0.operation("/readyz")) }
    }

    /// What each server says of itself, in the order in which the tiers were given.
    func response(to request: TierRequest) -> EventLoopFuture<TierResponse> {
        let looks = tiers.flatMap { client, operation in
            client.addresses.indices.map { look(at: $0, of: client, operation, for: request) }
        }
        return EventLoopFuture.whenAllSucceed(looks, on: request.slot.eventLoop).map { entries in
            var json = ByteBuffer(string: #"{"result":"#)
            json.writeArray(entries) { $0.writeImmutableBuffer($1) }
            json.writeStaticString("}")
            return .json(json)
        }
    }

    private func look(
        at server: Int, of client: TierClient, _ operation: SystemMonitor.Operation, for request: TierRequest
    ) -> EventLoopFuture<ByteBuffer> {
        let call = TierCall(
            .GET, "/readyz", deadline: .now() + Self.answerTimeMax, trace: request.trace,
            operation: operation, times: request.times, entry: client.tier, lane: .probes)
        let start = NIODeadline.now()
        let entry = { @Sendable (isReady: Bool, detail: String) in
            Self.entry(client, server, isReady: isReady, detail, NIODeadline.now() - start)
        }
        return client.send(call, to: server, on: request.slot).map { answer in
            guard answer.status == .ok else {
                return entry(false, "answers with status \(answer.status.code)")
            }
            // It may have been away a moment ago.
            let fault = client.faults(on: request.slot)[server]
            return entry(true, fault.map { "ready, and not used yet: it \($0)" } ?? "ready")
        }.flatMapErrorThrowing { error in entry(false, Problem(error).detail) }
    }

    private static func entry(
        _ client: TierClient, _ server: Int, isReady: Bool, _ detail: String, _ elapsed: TimeAmount
    ) -> ByteBuffer {
        var json = ByteBuffer(string: #"{"tier":"\#(client.tier)","server":"#)
        json.writeJSONString("\(client.addresses[server])")
        json.writeString(#","ready":\#(isReady),"detail":"#)
        json.writeJSONString(detail)
        let hundredths = elapsed.nanoseconds / 10_000
        let fraction = hundredths % 100
        json.writeString(#","millis":\#(hundredths / 100).\#(fraction < 10 ? "0" : "")\#(fraction)}"#)
        return json
    }
}

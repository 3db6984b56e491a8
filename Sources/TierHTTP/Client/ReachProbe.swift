internal import Model
package import Monitoring
package import NIOCore
internal import NIOHTTP1

/// Asks the tiers behind whether they are there: the readiness check of a tier that needs others.
package struct ReachProbe: Sendable {
    /// How long a tier may take to answer.
    private static let answerTimeMax = TimeAmount.seconds(1)

    private let clients: [(client: TierClient, operation: SystemMonitor.Operation)]

    /// A probe of the tiers behind `clients`.
    package init(clients: [TierClient]) {
        self.clients = clients.map { ($0, $0.operation("/livez")) }
    }

    /// Succeeds when of every tier one server gives any answer at all: a program that keeps only the store's contract may
    /// not know `/livez`. Fails with ``Model/StoreError/unavailable`` of the first in the
    /// list that does not.
    package func reach(from request: TierRequest) -> EventLoopFuture<Void> {
        reach(on: request.slot, trace: request.trace, times: request.times)
    }

    /// As ``reach(from:)``, for a check that no request asked for.
    package func reach(
        on slot: LoopSlot, trace: TraceContext, times: CallTimes? = nil
    ) -> EventLoopFuture<Void> {
        let answers = clients.map { client, operation in
            let call = TierCall(
                .GET, "/livez", deadline: .now() + Self.answerTimeMax, trace: trace, operation: operation,
                times: times, entry: client.tier)
            return client.send(call, on: slot).map { _ in }
        }
        // Of several that are away the first of the list is named: a tier in front of the one that is stuck
        // may be late only because of it.
        return EventLoopFuture.whenAllComplete(answers, on: slot.eventLoop).flatMapThrowing { results in
            for result in results { try result.get() }
        }
    }
}

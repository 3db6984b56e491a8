internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import StoreAPI
package import TierHTTP

/// Asks the catalog, which keeps the sessions of keepers, before a route of another tier shows what is not for everybody.
package struct SessionCheck: Sendable {
    private static let answerTimeMax = TimeAmount.seconds(2)

    private let catalog: TierClient
    private let operation: SystemMonitor.Operation

    package init(asking catalog: TierClient) {
        self.catalog = catalog
        operation = catalog.operation("/" + Endpoint.session.name)
    }

    /// The same route for requests of keepers too: the session must be open, and its role must have the route's right.
    package func admitting(_ route: Route) -> Route {
        guard let right = route.right else { return route }
        return route.handled { request in
            guard let secret = try request.session() else { return try route.handler(request) }
            return .pending(
                session(secret, for: request).flatMap { session in
                    TierReply.future(on: request.slot.eventLoop) {
                        guard session.role.has(right) else {
                            throw StoreError.notAllowed(session.role, right)
                        }
                        return try route.handler(request)
                    }
                })
        }
    }

    private func session(_ secret: SessionSecret, for request: TierRequest) -> EventLoopFuture<KeeperSession>
    {
        let call = TierCall(
            .GET, "/" + Endpoint.session.name, session: secret,
            deadline: request.arrived + Self.answerTimeMax, trace: request.trace, operation: operation,
            times: request.times, entry: "\(catalog.tier)-session", lane: Endpoint.session.lane,
            client: request.client)
        return catalog.send(call, on: request.slot).flatMapThrowing { [catalog] answer in
            guard answer.peer == .bookstore, answer.status != .notFound else {
                throw StoreError.unavailable(tier: catalog.tier, reason: .notOffered, outcomeUnknown: false)
            }
            if let refusal = Problem(refusedIn: answer) { throw refusal }
            try catalog.check(answer, item: nil, isRead: true)
            guard let session = try? StoreAnswer<KeeperSession>(answer.body).result else {
                throw catalog.nonsense(isRead: true)
            }
            return session
        }
    }
}

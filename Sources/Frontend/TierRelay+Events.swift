internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Services
internal import StoreAPI
internal import TierHTTP

extension TierRelay {
    /// The route of the events. Who follows them is told by the frontend, which asks the catalogs for their pages: whichever
    /// of them is there.
    static func events(of catalog: TierClient) -> Route {
        let followers = EventFollowers()
        return route(of: .events, TierRelay(.events, to: catalog)) { relay, request throws(StoreError) in
            guard EventFollowers.isWanted(by: request) else { return try relay.pass(request, .events) }
            let session = try request.session()
            return try followers.follow(request) {
                relay.events(after: $0, limit: $1, session: session, for: request)
            }
        }
    }

    private func events(
        after: Int64, limit: Int, session: SessionSecret?, for request: TierRequest
    ) -> EventLoopFuture<EventsPage> {
        let call = TierCall(
            .GET, "/\(Endpoint.events.name)?after=\(after)&limit=\(limit)", session: session,
            deadline: .now() + Self.readTimeMax, trace: request.trace, operation: operation,
            lane: Endpoint.events.lane, client: request.client)
        return client.send(call, on: request.slot).flatMapThrowing { [client] answer in
            if let refusal = Problem(refusedIn: answer) { throw refusal }
            try client.check(answer, item: nil, isRead: true)
            guard let page = try? StoreAnswer<[StoreEvent]>(answer.body),
                let next = page.next.flatMap(Int64.init)
            else { throw client.nonsense(isRead: true) }
            return EventsPage(events: page.result, next: next)
        }
    }
}

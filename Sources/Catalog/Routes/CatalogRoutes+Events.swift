internal import Model
internal import Monitoring
internal import NIOCore
internal import Services
internal import StoreAPI
internal import TierHTTP

// What happened in the shop, for other programs.
extension CatalogRoutes {
    var events: Route {
        Route(.events) { request in
            let (loop, secret) = (request.slot.eventLoop, try request.session())
            let page: EventFollowers.Page = { [engine] after, limit in
                // Who follows is told nothing more once the session has ended.
                let admitted = secret.map { engine.session($0, isUse: false, on: loop).map { _ in } }
                return (admitted ?? loop.makeSucceededVoidFuture()).flatMap {
                    engine.events(after: after, limit: limit, for: request.client, on: loop)
                }
            }
            if EventFollowers.isWanted(by: request) { return .pending(try followers.follow(request, page)) }
            let after = try request.integer("after", in: 0...Int64.max) ?? 0
            let limit = try request.limit(max: StoreLimits.toldCountMax, otherwise: 100)
            return .pending(
                page(after, limit).map {
                    .json(.page($0.events, next: String($0.next)) { $1.write(to: &$0) })
                })
        }
    }
}

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
            let page = { @Sendable [engine] (after: Int64, limit: Int) in
                engine.events(after: after, limit: limit, for: request.client, on: request.slot.eventLoop)
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

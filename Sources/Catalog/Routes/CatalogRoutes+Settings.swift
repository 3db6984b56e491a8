internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import TierHTTP

/// Routes of the shop's settings.
extension CatalogRoutes {
    var settings: [Route] {
        [
            Route(.shopProfile) { request in
                .pending(engine.settings(on: request.slot.eventLoop).map { .json($0.profile) })
            },
            Route(.settings) { request in
                .pending(engine.settings(on: request.slot.eventLoop).map { .json($0.result) })
            },
            Route(.newSettings) { request in
                let loop = request.slot.eventLoop
                return .pending(
                    request.newSettings().flatMap { engine.keep($0, on: loop) }.map { .json($0.result) })
            },
        ]
    }
}

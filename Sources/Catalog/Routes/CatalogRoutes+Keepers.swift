internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import TierHTTP

// Who keeps the shop, and what each of them may do.
extension CatalogRoutes {
    var accounts: [Route] {
        [
            Route(.newKeeper) { request in
                .pending(
                    request.newKeeper().flatMap {
                        engine.add($0, for: request.client, on: request.slot.eventLoop)
                    }.map { .json($0.result) })
            },
            Route(.newRole) { request in
                .pending(
                    request.newRole().flatMap { engine.give($0, on: request.slot.eventLoop) }.map {
                        .json($0.result)
                    })
            },
            Route(.newPassword) { request in
                .pending(
                    request.newPassword().flatMap {
                        engine.give(
                            $0, by: request.keeper, for: request.client, on: request.slot.eventLoop)
                    }.map { .json($0.result) })
            },
            Route(.keepers) { request in
                .pending(engine.keepers(on: request.slot.eventLoop).map { .json(KeeperEntry.result($0)) })
            },
        ] + sessions + [
            Route(.removal) { request in
                .pending(
                    request.removal().flatMap { engine.remove($0, on: request.slot.eventLoop) }.map {
                        .json($0.result)
                    })
            }
        ]
    }

    private var sessions: [Route] {
        [
            Route(.signIn) { request in
                // It ends in any case, so one that is none does no harm.
                let replaced = try? request.session()
                return .pending(
                    request.signIn().flatMap {
                        engine.signIn(
                            $0, replacing: replaced, for: request.client, on: request.slot.eventLoop)
                    }.map { .json($0.result) })
            },
            Route(.session) { request in
                guard let session = request.keeper else { throw Self.sessionMissing }
                return .ready(.json(session.result))
            },
            Route(.signOut) { request in
                guard let secret = try request.session() else { throw Self.sessionMissing }
                return .pending(
                    engine.signOut(secret, on: request.slot.eventLoop).map { .json(EndedSessions.result($0)) }
                )
            },
            Route(.endSessions) { request in
                .pending(
                    request.endedSessions().flatMap {
                        engine.end($0, by: request.keeper, on: request.slot.eventLoop)
                    }.map { .json(EndedSessions.result($0)) })
            },
        ]
    }

    private static let sessionMissing = StoreError.invalid("\(SessionSecret.field) is missing")

    // MARK: Rights

    /// The same route for requests of keepers too: the session must be open, and its role must have the route's right.
    func admitting(_ route: Route) -> Route {
        guard let right = route.right, right != .signIn else { return route }
        // Who only follows what happens does not keep a session open.
        let isUse = route.name != Endpoint.events.name
        return route.handled { [engine] request in
            guard let secret = try request.session() else { return try route.handler(request) }
            let eventLoop = request.slot.eventLoop
            return .pending(
                engine.session(secret, isUse: isUse, on: eventLoop).flatMap { session in
                    TierReply.future(on: eventLoop) {
                        guard session.role.has(right) else {
                            throw StoreError.notAllowed(session.role, right)
                        }
                        var admitted = request
                        admitted.keeper = session
                        return try route.handler(admitted)
                    }
                })
        }
    }
}

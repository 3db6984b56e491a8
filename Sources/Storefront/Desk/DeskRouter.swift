internal import Hummingbird
internal import Logging
internal import Model
internal import StoreAPI
internal import StoreClient

/// The addresses of the storekeeper's desk. Every page requires a signed-in keeper, in whose name the store is asked for
/// it; every change is a form that carries the token of its session.
struct DeskRouter: Sendable {
    typealias Handler = @Sendable (DeskRoutes, Request, ShopContext, DeskSession) async throws -> Response
    typealias FormHandler = @Sendable (DeskRoutes, Form, ShopContext, DeskSession) async throws -> Response

    /// The store as nobody: what it does for the desk is done by a client of the keeper's session.
    let store: StoreClient
    let shop: ProfileFollower
    let desk: DeskPages
    let door: DeskDoor
    let files = HeldFiles()

    func add(to router: ShopRouter) {
        router.get("/desk/sign-in") { try await signInPage($0, $1) }
        router.post("/desk/sign-in") { try await signIn($0, $1) }
        router.post("/desk/sign-out") { try await signOut($0, $1) }
        addReading(to: router)
        addOrders(to: router)
        addChanges(to: router)
        addKeepers(to: router)
        let style = desk.pages.deskStyle
        router.get(RouterPath(style.path)) { request, _ in style.answer(to: request) }
    }

    private func addReading(to router: ShopRouter) {
        page("/desk", router) { try await $0.today($2, $3) }
        page("/desk/tiers", router) { desk, _, context, _ in try await desk.tiers(context) }
        page("/desk/books", router) { try await $0.books($1, $2, $3) }
        page("/desk/low", router) { try await $0.low($1, $2, $3) }
        page("/desk/book/:item", router) { try await $0.book($1, $2, $3) }
        page("/desk/ledger", router) { try await $0.ledger($1, $2, $3) }
        page("/desk/totals", router) { try await $0.totals($1, $2, $3) }
        page("/desk/books.csv", router) { desk, _, context, _ in try await desk.export(context) }
        page("/desk/settings", router) { try await $0.settings($1, $2, $3) }
    }

    private func addOrders(to router: ShopRouter) {
        page("/desk/orders", router) { try await $0.orders($1, $2, $3) }
        page("/desk/order/:number", router) { try await $0.order($1, $2, $3) }
        for paper in ["picking", "receipt"] {
            page(RouterPath("/desk/order/:number/\(paper)"), router) {
                try await $0.order($1, $2, $3, template: "desk-\(paper)")
            }
        }
        form("/desk/orders", router) { try await $0.stepOrders($1, $2, $3) }
        form("/desk/order", router) { try await $0.stepOrder($1, $2, $3) }
        form("/desk/forget", router) { try await $0.forgetCustomer($1, $2, $3) }
    }

    private func addChanges(to router: ShopRouter) {
        page("/desk/book/:item/edit", router, .change) { desk, _, context, session in
            try await desk.editPage(context, session)
        }
        page("/desk/add", router, .change) { try await $0.addPage($1, $2, $3) }
        page("/desk/import", router, .change) { desk, request, _, session in
            try desk.importPage(request, session)
        }
        form("/desk/changes", router) { try await $0.change($1, $2, $3) }
        form("/desk/add", router) { try await $0.add($1, $2, $3) }
        form("/desk/edit", router) { try await $0.edit($1, $2, $3) }
        form("/desk/retire", router) { try await $0.retire($1, $2, $3) }
        form("/desk/restore", router) { try await $0.restore($1, $2, $3) }
        form("/desk/cover", router, byteCountMax: DeskRoutes.coverFormByteCountMax) {
            try await $0.giveCover($1, $2, $3)
        }
        form("/desk/import", router, byteCountMax: ShopLimits.fileFormByteCountMax) {
            try await $0.load($1, $2, $3)
        }
        form("/desk/undo", router) { try await $0.undo($1, $2, $3) }
        form("/desk/settings", router) { try await $0.keepSettings($1, $2, $3) }
    }

    private func addKeepers(to router: ShopRouter) {
        page("/desk/keepers", router, .accounts) { try await $0.keepers($1, $2, $3) }
        page("/desk/keeper", router, .accounts) { try await $0.keeper($1, $2, $3) }
        form("/desk/keepers", router) { try await $0.addKeeper($1, $2, $3) }
        form("/desk/keeper-role", router) { try await $0.giveRole($1, $2, $3) }
        form("/desk/keeper-password", router) { try await $0.givePassword($1, $2, $3) }
        form("/desk/keeper-remove", router) { try await $0.removeKeeper($1, $2, $3) }
        form("/desk/end-session", router) { try await $0.endSessions($1, $2, $3) }
        page("/desk/account", router) { try await $0.account($1, $2, $3) }
        form("/desk/account", router) { try await $0.changeOwnPassword($1, $2, $3) }
        form("/desk/sign-out-everywhere", router) { desk, _, context, session in
            try await desk.signOutEverywhere(context, session)
        }
    }

    // MARK: Who asks

    /// - Parameter right: what the page is for; who has it not is told so, and the store would refuse it.
    private func page(
        _ path: RouterPath, _ router: ShopRouter, _ right: KeeperRight = .read, _ handler: @escaping Handler
    ) {
        router.get(path) { request, context in
            var session: DeskSession?
            do {
                session = try await self.session(of: request, context)
                guard let session else {
                    return Response.redirect(to: Self.signInPath(for: request.uri.string))
                }
                guard session.may(right) else { throw DeskError.notAllowed(session.role, right) }
                return try await handler(routes(for: session), request, context, session)
            } catch {
                return try answer(to: error, session, context)
            }
        }
    }

    /// - Parameter byteCountMax: the largest form of a signed-in keeper; anyone else may send an ordinary one.
    private func form(
        _ path: RouterPath, _ router: ShopRouter, byteCountMax: Int = ShopLimits.formByteCountMax,
        _ handler: @escaping FormHandler
    ) {
        router.post(path) { request, context in
            var session: DeskSession?
            do {
                session = try await self.session(of: request, context)
                let form = try await Form.read(
                    request, byteCountMax: session == nil ? ShopLimits.formByteCountMax : byteCountMax)
                guard let session, try session.hasSent(form) else { throw DeskError.forged }
                return try await handler(routes(for: session), form, context, session)
            } catch {
                return try answer(to: error, session, context)
            }
        }
    }

    /// What answers a keeper. The store is asked with the session, so it decides what this keeper may do, and has the
    /// keeper's name beside what is changed.
    private func routes(for session: DeskSession) -> DeskRoutes {
        DeskRoutes(store: store.signedIn(session.secret), shop: shop, desk: desk, files: files)
    }

    /// The open session of a request's browser; nil where it has none.
    func session(of request: Request, _ context: ShopContext) async throws -> DeskSession? {
        guard let secret = DeskDoor.secret(of: request) else { return nil }
        do {
            let session = try await store.signedIn(secret).currentSession(trace: context.trace)
            return DeskSession(session, secret: secret)
        } catch StoreFault.refused(let problem) where problem.code == StoreError.sessionEnded.code {
            return nil
        }
    }

    func answer(
        to error: any Error, _ session: DeskSession?, _ context: ShopContext
    ) throws -> Response {
        let response = try desk.answer(to: error, session)
        if response.status == .internalServerError {
            context.logger.error("a page of the desk could not be made: \(error)")
        }
        return response
    }
}

internal import Hummingbird
internal import Logging
internal import Model
internal import Passwords
internal import StoreClient

/// What all routes of the storekeeper's desk share. Every page requires a signed-in keeper. Every change is a
/// form that carries the token of its session.
struct DeskRoutes: Sendable {
    typealias Handler = @Sendable (Request, ShopContext, DeskSession) async throws -> Response
    typealias FormHandler = @Sendable (Form, ShopContext, DeskSession) async throws -> Response

    let store: StoreClient
    let shop: ProfileFollower
    let desk: DeskPages
    let door: DeskDoor
    let files = HeldFiles()

    func add(to router: ShopRouter) {
        router.get("/desk/sign-in") { request, _ in try signInPage(request) }
        router.post("/desk/sign-in") { try await signIn($0, $1) }
        router.post("/desk/sign-out") { try await signOut($0, $1) }
        page("/desk", router) { try await today($1, $2) }
        page("/desk/tiers", router) { _, context, _ in try await tiers(context) }
        page("/desk/orders", router) { try await orders($0, $1, $2) }
        page("/desk/order/:number", router) { try await order($0, $1, $2) }
        for paper in ["picking", "receipt"] {
            page(RouterPath("/desk/order/:number/\(paper)"), router) {
                try await order($0, $1, $2, template: "desk-\(paper)")
            }
        }
        form("/desk/orders", router) { try await stepOrders($0, $1, $2) }
        form("/desk/order", router) { try await stepOrder($0, $1, $2) }
        form("/desk/forget", router) { try await forgetCustomer($0, $1, $2) }
        page("/desk/books", router) { try await books($0, $1, $2) }
        page("/desk/low", router) { try await low($0, $1, $2) }
        page("/desk/book/:item", router) { try await book($0, $1, $2) }
        page("/desk/book/:item/edit", router) { _, context, session in try await editPage(context, session) }
        page("/desk/add", router) { try await addPage($0, $1, $2) }
        page("/desk/ledger", router) { try await ledger($0, $1, $2) }
        page("/desk/totals", router) { try await totals($0, $1, $2) }
        page("/desk/import", router) { request, _, session in try importPage(request, session) }
        page("/desk/books.csv", router) { _, context, _ in try await export(context) }
        form("/desk/changes", router) { try await change($0, $1, $2) }
        form("/desk/add", router) { try await add($0, $1, $2) }
        form("/desk/edit", router) { try await edit($0, $1, $2) }
        form("/desk/retire", router) { try await retire($0, $1, $2) }
        form("/desk/restore", router) { try await restore($0, $1, $2) }
        form("/desk/cover", router, byteCountMax: Self.coverFormByteCountMax) {
            try await giveCover($0, $1, $2)
        }
        form("/desk/import", router, byteCountMax: ShopLimits.fileFormByteCountMax) {
            try await load($0, $1, $2)
        }
        form("/desk/undo", router) { try await undo($0, $1, $2) }
        page("/desk/settings", router) { try await settings($0, $1, $2) }
        form("/desk/settings", router) { try await keepSettings($0, $1, $2) }
        let style = desk.pages.deskStyle
        router.get(RouterPath(style.path)) { request, _ in style.answer(to: request) }
    }

    private func page(_ path: RouterPath, _ router: ShopRouter, _ handler: @escaping Handler) {
        router.get(path) { request, context in
            guard let session = door.session(of: request) else {
                return Response.redirect(to: Self.signInPath(for: request.uri.string))
            }
            do {
                return try await handler(request, context, session)
            } catch {
                return try answer(to: error, session, context)
            }
        }
    }

    /// - Parameter byteCountMax: the largest form of a signed-in keeper; anyone else may send an ordinary
    ///   one.
    private func form(
        _ path: RouterPath, _ router: ShopRouter, byteCountMax: Int = ShopLimits.formByteCountMax,
        _ handler: @escaping FormHandler
    ) {
        router.post(path) { request, context in
            let session = door.session(of: request)
            do {
                let form = try await Form.read(
                    request, byteCountMax: session == nil ? ShopLimits.formByteCountMax : byteCountMax)
                guard let session, try Self.isOwn(form, session) else { throw DeskError.forged }
                return try await handler(form, context, session)
            } catch {
                return try answer(to: error, session, context)
            }
        }
    }

    private func answer(
        to error: any Error, _ session: DeskSession?, _ context: ShopContext
    ) throws -> Response {
        let response = try desk.answer(to: error, session)
        if response.status == .internalServerError {
            context.logger.error("a page of the desk could not be made: \(error)")
        }
        return response
    }

    private static func isOwn(_ form: Form, _ session: DeskSession) throws -> Bool {
        ConstantTime.areEqual((try form["csrf"] ?? "").utf8, session.formToken.utf8)
    }

    private func signOut(_ request: Request, _ context: ShopContext) async throws -> Response {
        let session = door.session(of: request)
        do {
            let form = try await Form.read(request)
            guard let session, try Self.isOwn(form, session) else { throw DeskError.forged }
        } catch {
            return try answer(to: error, session, context)
        }
        door.signOut(request)
        var response = Response.redirect(to: "/desk/sign-in")
        response.setCookie(DeskDoor.cookie(sessionID: nil, for: request))
        return response
    }
}

internal import Hummingbird
internal import Logging
internal import Model
internal import StoreClient

extension DeskRouter {
    private struct SignInView {
        let frame: Pages.Frame
        let keeper: FieldView
        let password: FieldView
        /// The page that was asked for, which is shown after signing in.
        let page: String
        let note: String?
    }

    /// The fields of the sign-in form, as they were typed.
    private struct SignInForm {
        var keeper = ""
        var page = DeskRouter.firstPage
    }

    private static let firstPage = "/desk"

    /// The address of the sign-in page that leads on to another page.
    static func signInPath(for address: String) -> String {
        guard let page = ShopPaths.desk(address), page != firstPage else { return "/desk/sign-in" }
        return ShopPaths.adding("to", page, to: "/desk/sign-in")
    }

    func signInPage(_ request: Request, _ context: ShopContext) async throws -> Response {
        let page = ShopPaths.desk(try request.parameter("to")) ?? Self.firstPage
        // While the store is away, the form is there all the same.
        if (try? await session(of: request, context)) != nil { return .redirect(to: page) }
        return try answer(
            SignInForm(page: page), note: DeskNotice(try request.parameter("done")).words)
    }

    func signIn(_ request: Request, _ context: ShopContext) async throws -> Response {
        do {
            return try await open(request, context)
        } catch {
            return try answer(to: error, nil, context)
        }
    }

    private func open(_ request: Request, _ context: ShopContext) async throws -> Response {
        let form = try await Form.read(request)
        let filled = SignInForm(
            keeper: (try form["keeper"] ?? "").trimmingBlanks(),
            page: ShopPaths.desk(try form["to"]) ?? Self.firstPage)
        if let fault = ShopText.fault(in: filled.keeper, byteCountMax: KeeperRequest.actorByteCountMax) {
            return try answer(filled, status: .badRequest, keeperFault: "Your name \(fault).")
        }
        let attempt = try await door.signIn(
            door.visitor(
                filled.keeper, password: try form["password"] ?? "", request: request,
                address: context.remoteAddress))
        switch attempt {
        case .opened(let secret, let deviceCookie):
            context.logger.notice("\(filled.keeper) signed in at the desk")
            var response = Response.redirect(to: filled.page)
            response.setCookie(DeskDoor.cookie(secret, for: request))
            response.setCookie(DeskDoor.cookie(device: deviceCookie, for: request))
            return response
        case .wrong:
            context.logger.warning("a wrong name or password at the desk, from \(context.remoteAddress)")
            return try answer(
                filled, status: .forbidden, passwordFault: "The name or the password is wrong.")
        case .locked(let wait):
            let seconds = wait.components.seconds + 1
            var response = try answer(
                filled, status: .tooManyRequests,
                note: "There were too many wrong passwords. Wait \(seconds) seconds and try again.")
            response.headers[.retryAfter] = String(seconds)
            return response
        case .busy:
            return try answer(
                filled, status: .serviceUnavailable, note: "Too many sign in at once. Try again.")
        }
    }

    func signOut(_ request: Request, _ context: ShopContext) async throws -> Response {
        var session: DeskSession?
        do {
            session = try await self.session(of: request, context)
            let form = try await Form.read(request)
            guard let session, try session.hasSent(form) else { throw DeskError.forged }
            try await store.signedIn(session.secret).signOut(trace: context.trace)
        } catch {
            return try answer(to: error, session, context)
        }
        var response = Response.redirect(to: "/desk/sign-in")
        response.setCookie(DeskDoor.cookie(nil, for: request))
        return response
    }

    private func answer(
        _ filled: SignInForm, status: HTTPResponse.Status = .ok, keeperFault: String? = nil,
        passwordFault: String? = nil, note: String? = nil
    ) throws -> Response {
        let view = SignInView(
            frame: desk.frame("Sign in", nil),
            keeper: FieldView(value: filled.keeper, fault: keeperFault, isFocused: keeperFault != nil),
            password: FieldView(value: "", fault: passwordFault, isFocused: passwordFault != nil),
            page: filled.page, note: note)
        return try desk.answer(view, "desk-sign-in", status: status)
    }
}

extension String {
    /// The text without blanks at both ends.
    func trimmingBlanks() -> String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

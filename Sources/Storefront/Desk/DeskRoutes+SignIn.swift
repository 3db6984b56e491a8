internal import Hummingbird
internal import Logging
internal import Model

extension DeskRoutes {
    /// The longest name of a keeper, as the ledger takes it, in bytes.
    static let keeperByteCountMax = 64

    private struct SignInView {
        let frame: Pages.Frame
        let keeper: String
        let fault: String?
    }

    func signInPage(_ request: Request) throws -> Response {
        if door.session(of: request) != nil { return .redirect(to: "/desk") }
        return try signInPage()
    }

    func signIn(_ request: Request, _ context: ShopContext) async throws -> Response {
        let form = try await Form.read(request)
        let keeper = (try form["keeper"] ?? "").trimmingBlanks()
        if let fault = ShopText.fault(in: keeper, byteCountMax: Self.keeperByteCountMax) {
            return try signInPage(status: .badRequest, keeper: "", fault: "Your name \(fault).")
        }
        let attempt = await door.signIn(
            keeper: keeper, password: try form["password"] ?? "", from: context.remoteAddress)
        switch attempt {
        case .opened(let sessionID):
            context.logger.notice("\(keeper) signed in at the desk")
            var response = Response.redirect(to: "/desk")
            response.setCookie(DeskDoor.cookie(sessionID: sessionID, for: request))
            return response
        case .wrong:
            context.logger.warning("a wrong password at the desk, from \(context.remoteAddress)")
            return try signInPage(
                status: .forbidden, keeper: keeper, fault: "This is not the password of the desk.")
        case .locked(let wait):
            let seconds = wait.components.seconds + 1
            var response = try signInPage(
                status: .tooManyRequests, keeper: keeper,
                fault: "There were too many wrong passwords. Wait \(seconds) seconds and try again.")
            response.headers[.retryAfter] = String(seconds)
            return response
        case .busy:
            return try signInPage(
                status: .serviceUnavailable, keeper: keeper, fault: "Too many sign in at once. Try again.")
        }
    }

    private func signInPage(
        status: HTTPResponse.Status = .ok, keeper: String = "", fault: String? = nil
    ) throws -> Response {
        let view = SignInView(
            frame: desk.frame("Sign in", nil), keeper: keeper, fault: fault)
        return try desk.answer(view, "desk-sign-in", status: status)
    }
}

extension String {
    /// Without blanks at both ends.
    func trimmingBlanks() -> String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

internal import Hummingbird
internal import Model
internal import StoreAPI
internal import StoreClient

// What a keeper can do about the own account.
extension DeskRoutes {
    private struct AccountView {
        let frame: Pages.Frame
        let name: String
        let role: String
        let opened: String
        let old: FieldView
        let new: FieldView
    }

    private static let accountPath = "/desk/account"

    func account(
        _ request: Request, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        try accountPage(session)
    }

    private func accountPage(
        _ session: DeskSession, oldFault: String? = nil, newFault: String? = nil,
        status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let view = AccountView(
            frame: desk.frame("My account", session, at: Self.accountPath), name: session.keeper,
            role: session.role.rawValue, opened: Wording.tabular(session.opened),
            old: FieldView(value: "", fault: oldFault, isFocused: oldFault != nil),
            new: FieldView(value: "", fault: newFault, isFocused: newFault != nil && oldFault == nil))
        return try desk.answer(view, "desk-account", status: status)
    }

    /// Changes the own password, which signs the keeper out everywhere.
    func changeOwnPassword(
        _ form: Form, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        let password = try form["password"] ?? ""
        if let fault = Self.fault(inPassword: password) {
            return try accountPage(session, newFault: fault, status: .badRequest)
        }
        guard try form["again"] == password else {
            return try accountPage(
                session, newFault: "The two new passwords differ.", status: .badRequest)
        }
        do {
            _ = try await store.give(
                NewPassword(name: session.keeper, password: password, old: try form["old"] ?? ""),
                trace: context.trace)
        } catch StoreFault.refused(let problem) where problem.code == StoreError.wrongPassword.code {
            return try accountPage(
                session, oldFault: "This is not your password.", status: .forbidden)
        }
        return .redirect(to: Self.signedOut(.own))
    }

    func signOutEverywhere(_ context: ShopContext, _ session: DeskSession) async throws -> Response {
        _ = try await store.end(.keeper(session.keeper), trace: context.trace)
        return .redirect(to: Self.signedOut(.out))
    }

    private static func signedOut(_ step: KeeperStep) -> String { "/desk/sign-in?done=\(step.rawValue)" }
}

internal import Hummingbird
internal import Model
internal import Passwords
internal import StoreAPI
internal import StoreClient

// The keepers, for owners. The store refuses everybody else.
extension DeskRoutes {
    private static let keepersPath = "/desk/keepers"

    static func path(ofKeeper name: String) -> String {
        ShopPaths.adding("name", name, to: "/desk/keeper")
    }

    // MARK: All keepers

    func keepers(
        _ request: Request, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        var view = try await keepersView(context, session)
        view.done = DeskNotice(try request.parameter("done")).words
        return try desk.answer(view, "desk-keepers")
    }

    private func keepersView(_ context: ShopContext, _ session: DeskSession) async throws -> KeepersView {
        let keepers = try await store.keepers(trace: context.trace).result
        return KeepersView(
            frame: desk.frame("Keepers", session, at: Self.keepersPath),
            keepers: keepers.map(KeepersView.Row.init))
    }

    /// Adds a keeper. A form with faults is shown again as it was filled in, but for the password.
    func addKeeper(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let name = (try form["name"] ?? "").trimmingBlanks()
        let password = try form["password"] ?? ""
        let role = try Self.role(in: form)
        var nameFault = ShopText.fault(in: name, byteCountMax: KeeperRequest.actorByteCountMax).map {
            "The name \($0)."
        }
        let passwordFault = Self.fault(inPassword: password)
        var status = HTTPResponse.Status.badRequest
        if nameFault == nil, passwordFault == nil {
            do {
                _ = try await store.add(
                    NewKeeper(name: name, role: role, password: .typed(password)), trace: context.trace)
                return .redirect(
                    to: ShopPaths.adding("done", KeeperStep.added.rawValue, to: Self.keepersPath))
            } catch StoreFault.refused(let problem) where problem.status == 409 {
                nameFault = DeskError.sentence(problem.words)
                status = .conflict
            }
        }
        var view = try await keepersView(context, session)
        view.name = FieldView(value: name, fault: nameFault, isFocused: nameFault != nil)
        view.password = FieldView(
            value: "", fault: passwordFault, isFocused: passwordFault != nil && nameFault == nil)
        view.roles = RoleChoice.all(role)
        return try desk.answer(view, "desk-keepers", status: status)
    }

    // MARK: One keeper

    func keeper(
        _ request: Request, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        try await keeperPage(
            try request.parameter("name") ?? "", context, session,
            done: DeskNotice(try request.parameter("done")).words)
    }

    private func keeperPage(
        _ name: String, _ context: ShopContext, _ session: DeskSession, done: String? = nil,
        passwordFault: String? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let keepers = try await store.keepers(trace: context.trace).result
        guard let entry = keepers.first(where: { $0.keeper.name == name }) else {
            throw DeskError(
                status: .notFound, heading: "There is no such keeper",
                happened: "Nobody of this name keeps the shop, or nobody does any more.",
                advice: "Look at the list of keepers.",
                links: [ProblemPages.Link(link: Self.keepersPath, words: "To the keepers")])
        }
        let view = KeeperView(
            entry, for: session, frame: desk.frame(name, session), done: done, passwordFault: passwordFault)
        return try desk.answer(view, "desk-keeper", status: status)
    }

    func giveRole(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let name = try form["name"] ?? ""
        let role = try Self.role(in: form)
        return try await done(.role, to: name) {
            _ = try await store.give(NewRole(name: name, role: role), trace: context.trace)
        }
    }

    func givePassword(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let name = try form["name"] ?? ""
        let password = try form["password"] ?? ""
        if let fault = Self.fault(inPassword: password) {
            return try await keeperPage(
                name, context, session, passwordFault: fault, status: .badRequest)
        }
        return try await done(.password, to: name) {
            _ = try await store.give(NewPassword(name: name, password: password), trace: context.trace)
        }
    }

    func removeKeeper(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let name = try form["name"] ?? ""
        return try await done(.removed, to: name, page: Self.keepersPath) {
            _ = try await store.removeKeeper(name, trace: context.trace)
        }
    }

    /// Ends one session, or all of a keeper.
    func endSessions(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let name = try form["name"] ?? ""
        let id = try form["id"]
        return try await done(.ended, to: name) {
            _ = try await store.end(id.map { EndedSessions.id($0) } ?? .keeper(name), trace: context.trace)
        }
    }

    /// Does something to a keeper's account.
    ///
    /// - Parameter page: where it leads to; the keeper's own page without it.
    private func done(
        _ step: KeeperStep, to name: String, page: String? = nil, _ work: () async throws -> Void
    ) async throws -> Response {
        do {
            try await work()
        } catch StoreFault.refused(let problem) where [404, 409].contains(problem.status) {
            throw DeskError(
                status: HTTPResponse.Status(code: problem.status), heading: "The keeper stays as before",
                happened: DeskError.sentence(problem.words) + " Nothing was changed.",
                advice: "Look at the keepers as they are, and decide anew.",
                links: [ProblemPages.Link(link: Self.keepersPath, words: "To the keepers")])
        }
        return .redirect(
            to: ShopPaths.adding("done", step.rawValue, to: page ?? Self.path(ofKeeper: name)))
    }

    private static func role(in form: Form) throws -> KeeperRole {
        guard let role = KeeperRole(rawValue: try form["role"] ?? "") else {
            throw DeskError.badFields(["The form does not say which role the keeper has."])
        }
        return role
    }

    static func fault(inPassword password: String) -> String? {
        let counts = KeeperPassword.byteCounts
        return counts.contains(password.utf8.count)
            ? nil : "A password has \(counts.lowerBound) to \(counts.upperBound) bytes."
    }
}

internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// Imports books from a keeper's file: it is looked at first, and can be undone afterwards.
extension DeskRoutes {
    func importPage(_ request: Request, _ session: DeskSession) throws -> Response {
        var view = importView(session, ImportForm())
        view.done = DeskNotice(try request.parameter("done")).words
        view.undo = try request.parameter("undo").flatMap { ReceiptID(parsing: $0)?.text }
        return try answer(view)
    }

    /// Looks at a file, or imports the one that was looked at.
    func load(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let key = try form.key().key
        let filled = try ImportForm(form)
        if let chosen = form.file("file"), !chosen.isEmpty {
            files.hold(ByteBuffer(bytes: chosen), for: session)
        }
        var view = importView(session, filled)
        view.reasonFault = ChangeForm.fault(inReason: filled.reason)
        guard let file = files.file(of: session) else {
            view.fileFault = "No file was chosen, or the shop has it no more."
            return try answer(view, status: .badRequest)
        }
        let isDry = !filled.isSure || view.reasonFault != nil
        do {
            let imported = try await store.load(
                file, filled.options, isDry: isDry, actor: session.keeper, reason: filled.reason, key: key,
                trace: context.trace
            ).result
            if !isDry {
                files.drop(of: session)
                let count =
                    imported.table == nil
                    ? imported.report.bookCount : imported.report.added.count + imported.report.changed.count
                return .redirect(to: "/desk/import?done=\(DeskNotice.imported(count).code)&undo=\(key.text)")
            }
            view.show(imported)
        } catch StoreFault.refused(let problem) {
            if let lines = problem.lines, let count = problem.lineCount {
                view.refuse(lines, count: count)
            } else if problem.status == 400, let detail = problem.detail {
                view.fileFault = DeskError.sentence(detail)
            } else {
                throw StoreFault.refused(problem)
            }
        }
        let isGood = view.fileFault == nil && view.reasonFault == nil && view.faults.isEmpty
        return try answer(view, status: isGood ? .ok : .badRequest)
    }

    /// Takes an import back.
    func undo(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let undone = try await store.undo(
            try form.key().key, actor: session.keeper, reason: "undone at the desk", trace: context.trace)
        var view = importView(session, ImportForm())
        view.done =
            "Undone: \(Wording.books(undone.retired)) out of the shop again, \(Wording.books(undone.changed)) set back."
        if undone.leftCount > 0 {
            let left = undone.left.prefix(ShopLimits.namedRowCountMax).map { "book \($0.item) \($0.reason)" }
            view.fault = "Changed since, and left as they are: \(left.joined(separator: "; "))."
        }
        return try answer(view)
    }

    private func importView(_ session: DeskSession, _ filled: ImportForm) -> ImportView {
        var view = ImportView(desk.frame("Import books", session, at: "/desk/import"), filled)
        view.isHeld = files.file(of: session) != nil
        return view
    }

    private func answer(_ view: ImportView, status: HTTPResponse.Status = .ok) throws -> Response {
        try desk.answer(view, "desk-import", status: status)
    }
}

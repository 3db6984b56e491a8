internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

// What is said of a book, and bringing one back.
extension DeskRoutes {
    /// The number of attempts to edit a book that customers keep buying between the read and the edit.
    private static let editAttemptCountMax = 5

    func editPage(_ context: ShopContext, _ session: DeskSession) async throws -> Response {
        guard let item = ItemNumber(parsing: context.parameters.get("item") ?? "") else {
            throw DeskError.badFields(["The address does not name a book."])
        }
        let found = try await store.book(item, trace: context.trace).result
        return try answer(EditForm(found), session, seen: EditForm.Seen(found))
    }

    /// Changes what the keeper changed, unless someone else changed the same. A form that is refused is shown again as
    /// it was filled in.
    func edit(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let filled = try EditForm(form)
        let key = try form.key()
        let edit: BookEdit
        switch filled.edit() {
        case .success(let checked): edit = checked
        case .failure(let faults):
            return try answer(filled, session, seen: filled.seen, faults: faults, status: .badRequest)
        }
        guard !edit.isEmpty else {
            return .redirect(to: "/desk/book/\(filled.item)?done=\(DeskNotice.empty.code)")
        }
        do {
            for attempt in 1...Self.editAttemptCountMax {
                let found = try await store.book(filled.item, trace: context.trace).result
                let conflicts = filled.conflicts(of: edit, with: found)
                guard conflicts.isEmpty else {
                    return try answer(
                        filled.following(found, butFor: edit), session, seen: EditForm.Seen(found),
                        conflicts: conflicts, status: .conflict)
                }
                do {
                    _ = try await store.edit(
                        edit, expectedVersion: found.version, actor: session.keeper, reason: filled.reason,
                        key: key.key, trace: context.trace)
                    return .redirect(to: "/desk/book/\(filled.item)?done=\(DeskNotice.edited.code)")
                } catch StoreFault.refused(let problem)
                    where problem.status == 412 && attempt < Self.editAttemptCountMax
                {}
            }
        } catch StoreFault.refused(let problem) where problem.status == 409 {
            return try unknown(filled, key, session)
        } catch let fault as StoreFault where fault.isOutcomeUnknown {
            return try unknown(filled, key, session)
        }
        throw Self.conflict(filled.item, "customers buy it all the time", undone: "It was not changed.")
    }

    private func unknown(
        _ filled: EditForm, _ key: ReceiptID, _ session: DeskSession
    ) throws -> Response {
        try answer(
            filled, session, seen: filled.seen, key: key, note: DeskError.unknownOutcome.happened,
            status: .serviceUnavailable)
    }

    private func answer(
        _ filled: EditForm, _ session: DeskSession, seen: EditForm.Seen, key: ReceiptID = .random(),
        faults: EditForm.Faults = EditForm.Faults(), conflicts: EditConflicts = EditConflicts(),
        note: String? = nil, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let heading = conflicts.isEmpty ? "Edit book \(filled.item)" : "Someone else changed this meanwhile"
        let kept = "Nothing was changed, and what you typed is still here."
        let view = EditView(
            frame: desk.frame(heading, session), key: key, heading: heading,
            note: note ?? (conflicts.isEmpty && faults.isEmpty ? nil : kept), filled: filled, faults: faults,
            conflicts: conflicts, seen: seen,
            button: !conflicts.isEmpty ? "Make my change all the same" : note == nil ? "Change" : "Ask again")
        return try desk.answer(view, "desk-edit", status: status)
    }

    /// Brings a retired book back as it was.
    func restore(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let item = try form.item()
        let key = try form.key().key
        let reason = (try form["reason"] ?? "").trimmingBlanks()
        if let fault = ChangeForm.fault(inReason: reason) {
            return try await bookPage(
                item, context, session, retiring: FieldView(value: reason, fault: fault, isFocused: true),
                status: .badRequest)
        }
        do {
            _ = try await store.restore(
                item, actor: session.keeper, reason: reason, key: key, trace: context.trace)
        } catch StoreFault.refused(let problem) where problem.status == 409 {
            throw Self.conflict(item, problem.words, undone: "It was not brought back.")
        }
        return .redirect(to: "/desk/book/\(item)?done=\(DeskNotice.restored.code)")
    }
}

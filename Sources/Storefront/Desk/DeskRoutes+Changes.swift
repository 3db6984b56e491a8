internal import Foundation
internal import Hummingbird
internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import StoreClient

extension DeskRoutes {
    /// The number of books that are fetched in parallel for a form that is shown again.
    private static let questionCountMax = 25

    /// Restocks and reprices the books that are filled in, all or none. If one row is refused, the form is
    /// shown again with all rows.
    func change(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let typed = try ChangeForm(form)
        let (changes, faults) = typed.read()
        if let page = typed.leaving {
            guard !typed.rows.isEmpty else { return .redirect(to: page) }
            return try await again(typed, .unmade(page: page), faults.withoutReason, context, session)
        }
        guard !typed.rows.isEmpty else { return .redirect(to: Self.empty(typed)) }
        guard faults.isEmpty else { return try await again(typed, .faulty, faults, context, session) }
        let unsure = changes.filter { $0.isFree && !typed.sure.contains($0.item) }
        guard unsure.isEmpty else {
            return try await again(typed, .unsure, Self.questions(unsure), context, session)
        }
        let key = try form.key()
        do {
            let books = try await store.updates(
                changes, actor: session.keeper, reason: typed.reason, key: key.key, trace: context.trace
            ).result
            return .redirect(
                to: ShopPaths.adding("done", DeskNotice.changed(books.count).code, to: typed.back))
        } catch StoreFault.refused(let problem) where [404, 409, 412, 422].contains(problem.status) {
            let cause = Self.cause(problem)
            // While the first copy of a double click is in progress, only its key can find out the outcome.
            if case .unknownOutcome = cause {
                return try await again(typed, cause, faults, context, session, key: key)
            }
            return try await again(typed, cause, faults, context, session)
        } catch let fault as StoreFault where fault.isOutcomeUnknown {
            return try await again(typed, .unknownOutcome, faults, context, session, key: key)
        }
    }

    private static func cause(_ problem: StoreProblem) -> ChangesView.Cause {
        switch problem.status {
        case 404, 412: .changed(problem.words)
        case 409: problem.current == nil ? .unknownOutcome : .short(problem.words)
        case 422: .refused("this form was sent before, and what it said then was done")
        default: .refused(problem.words)
        }
    }

    private static func questions(_ unsure: [KeeperUpdate]) -> ChangeForm.Faults {
        var faults = ChangeForm.Faults()
        for change in unsure {
            guard let seen = change.expectation.price else { continue }
            faults.price[change.item] = "It costs \(Wording.price(seen)), and would cost nothing."
        }
        return faults
    }

    /// The page to return to when nothing was filled in except perhaps the reason.
    private static func empty(_ typed: ChangeForm) -> String {
        let page = ShopPaths.adding("done", DeskNotice.empty.code, to: typed.back)
        return typed.reason.isEmpty ? page : ShopPaths.adding("reason", typed.reason, to: page)
    }

    /// Shows the form again as it was filled in, with each fault beside its field.
    ///
    /// - Parameter key: the form's own key, if the form must be sent again unchanged; nil makes a new one.
    private func again(
        _ typed: ChangeForm, _ cause: ChangesView.Cause, _ faults: ChangeForm.Faults, _ context: ShopContext,
        _ session: DeskSession, key: ReceiptID? = nil
    ) async throws -> Response {
        let books = key == nil ? await current(typed.rows.map(\.item), trace: context.trace) : [:]
        let changes = typed.read().changes
        let isFree = Set(changes.filter(\.isFree).map(\.item))
        let view = ChangesView(
            frame: desk.frame(cause.heading, session), key: key ?? .random(), cause: cause, typed: typed,
            faults: faults.adding(ChangeForm.faults(of: changes, in: books)), books: books,
            sure: typed.sure.union(isFree))
        return try desk.answer(view, "desk-changes", status: cause.status)
    }

    /// The current state of the books, as far as the store reports it.
    private func current(_ items: [ItemNumber], trace: TraceContext) async -> [ItemNumber: BookDetails] {
        var books: [ItemNumber: BookDetails] = [:]
        var rest = items[...]
        while !rest.isEmpty {
            let asked = rest.prefix(Self.questionCountMax)
            rest = rest.dropFirst(asked.count)
            let found = await withTaskGroup(of: BookDetails?.self) { group in
                for item in asked {
                    group.addTask { try? await store.book(item, trace: trace).result }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for book in found.compactMap({ $0 }) { books[book.book.item] = book }
            // If the store answers none of the requests, no more are sent: the form must be shown soon.
            if books.isEmpty { break }
        }
        return books
    }
}

extension ChangeForm.Faults {
    /// The faults without that of the reason, for a form that was not meant to make its changes.
    fileprivate var withoutReason: ChangeForm.Faults { ChangeForm.Faults(stock: stock, price: price) }
}

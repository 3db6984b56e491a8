internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore

extension DeskRoutes {
    private struct ConflictView {
        struct Row {
            let item: String
            let title: String
            let saw: String
            let now: String
            let wanted: String
            let nowStock: Int64
            let nowPrice: String
            let stock: String
            let cost: String
        }

        let frame: Pages.Frame
        let key: String
        let items: String
        let reason: String
        let back: String
        let detail: String
        let rows: [Row]
    }

    /// Restocks and reprices what is filled in, all or none.
    func change(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let (changes, reason) = try ChangeForm.read(form)
        let back = try Self.back(form)
        let order = ChangeOrder(actor: session.keeper, reason: reason, updates: changes.map(\.update))
        do {
            let books = try await store.change(order, key: try form.key().key, trace: context.trace)
            return .redirect(to: ShopPaths.adding("done", Done.changed(books.count).code, to: back))
        } catch StoreFault.refused(412, let detail, let body) {
            guard let conflict = try? JSONDecoder().decode(Conflict.self, from: Data(buffer: body)),
                let current = conflict.current, !current.isEmpty
            else { throw StoreFault.refused(status: 412, detail: detail, body: body) }
            return try conflictPage(changes, current, detail: detail, reason: reason, back: back, session)
        } catch StoreFault.refused(409, let detail, _) {
            throw DeskProblem(
                status: .conflict, heading: "That is more than there is",
                happened: DeskProblem.sentence(detail) + " Nothing was changed.",
                advice: "Go back: what you typed is still there. Take away fewer copies, or look again.",
                links: [ProblemPages.Link(link: back, words: "Look again")])
        }
    }

    /// What the keeper saw, what is now, and a form that makes the same change to what is now.
    private func conflictPage(
        _ changes: [ChangeForm.Change], _ current: [BookDetails], detail: String, reason: String,
        back: String, _ session: DeskSession
    ) throws -> Response {
        let now = Dictionary(current.map { ($0.book.item, $0.book) }) { first, _ in first }
        let rows = changes.map { change -> ConflictView.Row in
            // A book that has not changed is as it was seen.
            let book = now[change.item]
            let stock = book?.stock ?? change.seenStock
            let price = book?.price ?? change.seenPrice
            return ConflictView.Row(
                item: change.item.description, title: book?.title ?? "Book \(change.item)",
                saw: Self.state(change.seenStock, change.seenPrice), now: Self.state(stock, price),
                wanted: change.words, nowStock: stock, nowPrice: price.description,
                stock: change.stockText, cost: change.price?.description ?? "")
        }
        let frame = desk.frame("Someone else changed this", session)
        let view = ConflictView(
            frame: frame, key: ReceiptID.random().text,
            items: changes.map(\.item.description).joined(separator: "."), reason: reason,
            back: back, detail: DeskProblem.sentence(detail), rows: rows)
        return try desk.answer(view, "desk-conflict", status: .conflict)
    }

    /// The page of the desk that a change was made on. It comes from a form, so anything else is not followed.
    private static func back(_ form: Form) throws -> String {
        let path = try form["back"] ?? ""
        let isPlain = path.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
        return path.hasPrefix("/desk/") && isPlain ? path : "/desk/books"
    }

    private static func state(_ stock: Int64, _ price: Cents) -> String {
        "\(Wording.count(stock)) at \(Wording.price(price))"
    }

    /// Takes a book off the shelf for good.
    func retire(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let item = try form.item()
        guard let version = try form["version"].flatMap({ Int64($0) }) else {
            throw DeskProblem.badFields(["The form does not say which state of the book it is about."])
        }
        let order = RetireOrder(
            item: item.description, expectedVersion: version, actor: session.keeper,
            reason: try ChangeForm.reason(form))
        do {
            _ = try await store.retire(order, key: try form.key().key, trace: context.trace)
            return .redirect(to: "/desk/book/\(item)?done=\(Done.retired.code)")
        } catch StoreFault.refused(let status, let detail, _) where status == 412 || status == 409 {
            throw DeskProblem(
                status: .conflict, heading: "The book has changed meanwhile",
                happened: DeskProblem.sentence(detail) + " It was not retired.",
                advice: "Look at it as it is now, and retire it from there if you still want to.",
                links: [ProblemPages.Link(link: "/desk/book/\(item)", words: "To the book")])
        }
    }

    /// The form, filled in with what is known of a book that it is to be like.
    func addPage(
        _ request: Request, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        var fields = AddForm()
        if let item = try request.parameter("like").flatMap({ ItemNumber(parsing: $0) }) {
            let book = try await store.deskBook(item, trace: context.trace).book
            (fields.title, fields.topic, fields.cost) = (book.title, book.topic, book.price.description)
        }
        return try await addPage(fields, faults: [], context, session)
    }

    /// Adds a book; a form with faults comes back as it was filled in.
    func add(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let fields = try AddForm(form)
        let order: AddOrder
        switch fields.order(actor: session.keeper) {
        case .success(let checked): order = checked
        case .failure(let faults):
            return try await addPage(fields, faults: faults.texts, context, session, status: .badRequest)
        }
        do {
            let added = try await store.add(order, key: try form.key().key, trace: context.trace)
            return .redirect(to: "/desk/book/\(added.book.item)?done=\(Done.added.code)")
        } catch StoreFault.refused(let status, let detail, _) where status == 409 || status == 400 {
            return try await addPage(
                fields, faults: [DeskProblem.sentence(detail)], context, session,
                status: HTTPResponse.Status(code: status))
        }
    }

    private func addPage(
        _ fields: AddForm, faults: [String], _ context: ShopContext, _ session: DeskSession,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        // A list of topics is a convenience; the form works without it.
        let topics = try? await store.topics(limit: ShopLimits.topicsPerPage, trace: context.trace)
        let frame = desk.frame("Add a book", session, at: "/desk/add")
        let view = AddView(
            frame: frame, key: ReceiptID.random().text,
            faults: faults, topics: (topics?.rows ?? []).map(\.topic), fields: fields)
        return try desk.answer(view, "desk-add", status: status)
    }
}

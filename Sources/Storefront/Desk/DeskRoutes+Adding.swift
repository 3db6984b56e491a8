internal import Foundation
internal import Hummingbird
internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import StoreClient

extension DeskRoutes {
    /// How many books with the words of a new title are compared with it, and how many of them one request
    /// returns. In a shop with more such books, a title of one common word may go unnoticed.
    private static let twinSearchCountMax = 1_000
    private static let twinsPerQuestion = 250

    /// Shows the form, filled in from a similar book if the request names one.
    func addPage(
        _ request: Request, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        var fields = AddForm()
        if let item = try request.parameter("like").flatMap({ ItemNumber(parsing: $0) }) {
            fields = AddForm(like: try await store.book(item, trace: context.trace).result)
        }
        return try await addPage(fields, context, session)
    }

    /// Adds a book. A form with faults, or one that looks like a slip, is shown again as it was filled in.
    func add(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        var fields = try AddForm(form)
        let key = try form.key()
        let book: NewBook
        switch fields.book() {
        case .success(let checked): book = checked
        case .failure(let faults):
            return try await addPage(fields, faults: faults, context, session, status: .badRequest)
        }
        let questions = await questions(about: &fields, book, context)
        guard questions.isEmpty else {
            return try await addPage(
                fields, notes: questions, context, session, button: "Yes, add the book")
        }
        do {
            let added = try await store.add(
                book, actor: session.keeper, reason: fields[.reason], key: key.key, trace: context.trace
            ).result
            return .redirect(to: "/desk/book/\(added.book.item)?done=\(DeskNotice.added.code)")
        } catch StoreFault.refused(let problem) where problem.status == 409 {
            guard problem.current == nil else {
                let faults = AddForm.Faults(byField: [(.number, DeskError.sentence(problem.words))])
                return try await addPage(fields, faults: faults, context, session, status: .conflict)
            }
            return try await unknown(fields, key, context, session)
        } catch StoreFault.refused(let problem) where [400, 422].contains(problem.status) {
            let note =
                problem.status == 422
                ? "This form was sent before, and the book that it said then was added."
                : DeskError.sentence(problem.words)
            return try await addPage(
                fields, notes: [note], context, session,
                status: HTTPResponse.Status(code: problem.status))
        } catch let fault as StoreFault where fault.isOutcomeUnknown {
            return try await unknown(fields, key, context, session)
        }
    }

    private func unknown(
        _ fields: AddForm, _ key: ReceiptID, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        let note =
            "The store did not answer in time, so it is not known whether the book was added. Send the form again as it is: it is added once at most, and you are told."
        return try await addPage(
            fields, notes: [note], context, session, key: key, button: "Ask again",
            status: .serviceUnavailable)
    }

    /// Questions to the keeper about the book. Each is asked once, since the form remembers it.
    private func questions(
        about fields: inout AddForm, _ book: NewBook, _ context: ShopContext
    ) async -> [String] {
        var questions: [String] = []
        let isFree = book.price.amount == 0
        if isFree, !fields.isSureOfPrice {
            questions.append("A price of 0 gives the book away.")
        }
        fields.isSureOfPrice = isFree
        if fields.sureTitle != book.title {
            // If the search fails, nothing is asked: it is only a convenience.
            let twin = try? await twin(of: book.title, context)
            if let twin {
                let book = twin.book
                questions.append(
                    "There is a book with this title already: number \(book.item), \(book.topic), \(Wording.price(book.price)), \(Wording.count(book.stock)) in stock."
                )
            }
            fields.sureTitle = twin == nil ? "" : book.title
        }
        return questions.isEmpty ? [] : questions + ["Nothing was added yet. Is that meant?"]
    }

    /// Finds a book for sale with the same title, ignoring case, accents and extra blanks.
    private func twin(of title: String, _ context: ShopContext) async throws -> BookDetails? {
        let wanted = Wording.folded(title)
        let filter = StoreClient.BookFilter(words: Self.query(title))
        var after: String?
        for _ in 0..<(Self.twinSearchCountMax / Self.twinsPerQuestion) {
            let page = try await store.books(
                filter, limit: Self.twinsPerQuestion, after: after, trace: context.trace)
            if let twin = page.result.first(where: { Wording.folded($0.book.title) == wanted }) {
                return twin
            }
            guard let next = page.next else { return nil }
            after = next
        }
        return nil
    }

    /// The part of a title that fits the store's limit for a query.
    private static func query(_ title: String) -> String {
        guard title.utf8.count > StoreLimits.queryByteCountMax else { return title }
        var words = title.split(separator: " ")[...]
        while words.count > 1, words.joined(separator: " ").utf8.count > StoreLimits.queryByteCountMax {
            words.removeLast()
        }
        var query = words.joined(separator: " ")
        while query.utf8.count > StoreLimits.queryByteCountMax { query.removeLast() }
        return query
    }

    private func addPage(
        _ fields: AddForm, notes: [String] = [], faults: AddForm.Faults = AddForm.Faults(),
        _ context: ShopContext, _ session: DeskSession, key: ReceiptID = .random(),
        button: String = "Add the book", status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        // The list of topics is a convenience; the form works without it.
        let topics =
            status == .serviceUnavailable
            ? nil : try? await store.topics(limit: ShopLimits.topicsPerPage, trace: context.trace)
        let view = AddView(
            frame: desk.frame("Add a book", session, at: "/desk/add"), key: key.text, notes: notes,
            topics: (topics?.result ?? []).map(\.topic), fields: fields, faults: faults, button: button)
        return try desk.answer(view, "desk-add", status: status)
    }
}

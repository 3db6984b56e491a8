internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// Imports books from a keeper's file, and exports all books of the shop as a file.
extension DeskRoutes {
    private struct ImportView {
        struct Row {
            let line: Int
            let reason: String
        }

        let frame: Pages.Frame
        let key: String
        var filled: ImportForm
        /// The message about a file that can be imported.
        var done: String?
        var fault: String?
        /// The fault of the file field.
        var fileFault: String?
        var reasonFault: String?
        /// A question to the keeper about the file.
        var question: String?
        /// Bad rows of the file.
        var rows: [Row] = []
        let columns = BooksTable.columns.joined(separator: ",")
        let sizeMax = "\(ShopLimits.fileFormByteCountMax >> 20) MB"
    }

    /// The fields of the import form as they were filled in. A browser does not fill in a file field again,
    /// so the keeper has to choose the file again.
    private struct ImportForm {
        var reason = ""
        var isDry = false
        /// Whether the keeper confirmed what looks like a slip.
        var isSure = false

        init() {}

        init(_ form: Form) throws {
            reason = (try form["reason"] ?? "").trimmingBlanks()
            isDry = try form["check"] != nil
            isSure = try form["sure"] != nil
        }
    }

    func importPage(_ session: DeskSession) throws -> Response {
        try answer(importView(session, ImportForm()))
    }

    /// Adds the books of a file, all or none.
    func load(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let key = try form.key().key
        let filled = try ImportForm(form)
        var view = importView(session, filled)
        view.reasonFault = ChangeForm.fault(inReason: filled.reason)
        let bytes = form.file("file") ?? []
        if bytes.isEmpty { view.fileFault = "No file was chosen." }
        guard view.fileFault == nil, view.reasonFault == nil else {
            return try answer(view, status: .badRequest)
        }
        var reading: BooksReading
        do {
            reading = try BooksDocument(bytes, path: "The file").reading
        } catch {
            view.fileFault = (error.line.map { "Line \($0): " } ?? "The file ") + error.reason + "."
            return try answer(view, status: .badRequest)
        }
        view.question = Self.question(about: reading)
        let isAsked = view.question != nil && !filled.isSure
        // If there are bad rows, the good ones are only checked, so that all faults are reported together.
        let isLook = filled.isDry || reading.refusedCount > 0 || isAsked
        do {
            var count = 0
            if !reading.books.isEmpty {
                count = try await store.load(
                    StoreClient.lines(of: reading.books.map(\.book)), isDry: isLook, actor: session.keeper,
                    reason: filled.reason, key: key, trace: context.trace
                ).books
            }
            if !isLook { return .redirect(to: "/desk/books?done=\(DeskNotice.imported(count).code)") }
        } catch StoreFault.refused(let problem) {
            guard let taken = problem.lines, let count = problem.lineCount else {
                throw StoreFault.refused(problem)
            }
            reading.refuse(added: taken, count: count)
        }
        guard reading.refusedCount == 0 else {
            return try answer(Self.showing(reading, in: view), status: .badRequest)
        }
        // The next step is the import itself, unless the keeper still has to answer a question.
        if view.question == nil || filled.isSure { view.filled.isDry = false }
        view.done =
            "\(Wording.books(reading.books.count)) can be imported. Nothing is imported yet: choose the file once more."
        return try answer(view)
    }

    private func importView(_ session: DeskSession, _ filled: ImportForm) -> ImportView {
        ImportView(
            frame: desk.frame("Import books", session, at: "/desk/import"), key: ReceiptID.random().text,
            filled: filled)
    }

    /// A question about likely slips in a file, which are prices of 0 and duplicate titles; nil if there are
    /// none.
    private static func question(about reading: BooksReading) -> String? {
        var questions: [String] = []
        if let free = reading.books.first(where: { $0.book.price.amount == 0 }) {
            let count = reading.books.count { $0.book.price.amount == 0 }
            questions.append(
                "\(Wording.books(count)) would cost nothing, the first in line \(free.line).")
        }
        var lines: [String: Int] = [:]
        for (line, book) in reading.books {
            guard let first = lines.updateValue(line, forKey: Wording.folded(book.title)) else { continue }
            questions.append("Lines \(first) and \(line) have the same title.")
            break
        }
        return questions.isEmpty ? nil : questions.joined(separator: " ")
    }

    private func answer(_ view: ImportView, status: HTTPResponse.Status = .ok) throws -> Response {
        try desk.answer(view, "desk-import", status: status)
    }

    private static func showing(_ reading: BooksReading, in view: ImportView) -> ImportView {
        var view = view
        let named = reading.refusedInOrder.prefix(ShopLimits.namedRowCountMax)
        view.rows = named.map { ImportView.Row(line: $0.line, reason: Wording.listed($0.reason)) }
        let count = reading.refusedCount
        view.fault =
            (count == 1 ? "1 row cannot be used" : "\(Wording.count(Int64(count))) rows cannot be used")
            + (count > named.count ? "; the first \(named.count) are listed" : "")
            + ". Nothing was imported. Correct the file and choose it again."
        return view
    }

    /// Exports all books for sale as a file that can be imported, page by page as the browser reads it.
    func export(_ context: ShopContext) async throws -> Response {
        let store = store
        let trace = context.trace
        // The first page is fetched before the response begins, so that an unavailable store can be reported.
        let first = try await store.books(limit: StoreLimits.listCountMax, trace: trace)
        let body = ResponseBody { writer in
            var page = first
            try await writer.write(ByteBuffer(string: CSVRecords.text(BooksTable.columns)))
            while true {
                let rows = page.result.map { BooksTable.text($0.book) }.joined()
                try await writer.write(ByteBuffer(string: rows))
                guard let next = page.next else { break }
                page = try await store.books(limit: StoreLimits.listCountMax, after: next, trace: trace)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"books.csv\"",
                .cacheControl: Pages.Caching.never.rawValue,
            ], body: body)
    }
}

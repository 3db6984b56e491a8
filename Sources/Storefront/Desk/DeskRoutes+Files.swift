internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore

/// Books in files: a keeper's own spreadsheet in, all that the shop has out.
extension DeskRoutes {
    private static let exportedPerQuestion = 1_000

    private struct ImportView {
        struct Row {
            let line: Int
            let reason: String
        }

        let frame: Pages.Frame
        let key: String
        let reason: String
        /// What went well, and what did not.
        var done: String?
        var fault: String?
        /// Bad rows of the file.
        var rows: [Row] = []
        let columns = BooksTable.columns.joined(separator: ",")
        let sizeMax = "\(ShopLimits.fileFormByteCountMax >> 20) MB"
    }

    func importPage(_ session: DeskSession) throws -> Response {
        try answer(importView(session, reason: ""))
    }

    /// Adds the books of a file, all or none.
    func load(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let key = try form.key().key
        let isDry = try form["check"] != nil
        var view = importView(session, reason: (try form["reason"] ?? "").trimmingBlanks())
        guard let bytes = form.file("file"), !bytes.isEmpty else {
            view.fault = "No file was chosen."
            return try answer(view, status: .badRequest)
        }
        let reason = try ChangeForm.reason(form)
        var reading: BooksReading
        do {
            reading = try BooksDocument(bytes, path: "The file").reading
        } catch {
            view.fault = (error.line.map { "Line \($0): " } ?? "The file ") + error.reason + "."
            return try answer(view, status: .badRequest)
        }
        // With bad rows the good ones are only looked at, so that all that is wrong is said at once.
        let isLook = isDry || reading.refusedCount > 0
        do {
            let books = reading.books.map(\.book)
            let count =
                books.isEmpty
                ? 0
                : try await store.load(
                    books, actor: session.keeper, reason: reason, isDry: isLook, key: key,
                    trace: context.trace)
            if !isLook { return .redirect(to: "/desk/books?done=\(Done.imported(count).code)") }
        } catch StoreFault.refused(409, let detail, let body) {
            guard let taken = try? JSONDecoder().decode(RefusedRows.self, from: Data(buffer: body)) else {
                throw StoreFault.refused(status: 409, detail: detail, body: body)
            }
            reading.refuse(
                taken: taken.lines.map { RefusedLine(line: $0.line, reason: $0.reason) }, count: taken.count)
        }
        guard reading.refusedCount == 0 else {
            return try answer(Self.showing(reading, in: view), status: .badRequest)
        }
        view.done =
            "\(Wording.books(reading.books.count)) can be imported. Nothing is imported yet: choose the file once more."
        return try answer(view)
    }

    private func importView(_ session: DeskSession, reason: String) -> ImportView {
        ImportView(
            frame: desk.frame("Import books", session, at: "/desk/import"), key: ReceiptID.random().text,
            reason: reason)
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

    /// All books for sale as a file that can be imported, page by page as the browser takes it.
    func export(_ context: ShopContext) async throws -> Response {
        let store = store
        let trace = context.trace
        // The first page is asked for before the answer begins, so that a store that is away is said as such.
        let first = try await store.deskBooks(
            StoreClient.BookFilter(), limit: Self.exportedPerQuestion, after: nil, trace: trace)
        let body = ResponseBody { writer in
            var page = first
            try await writer.write(ByteBuffer(string: CSVRecords.text(BooksTable.columns)))
            while true {
                let rows = page.rows.map { BooksTable.text($0.book) }.joined()
                try await writer.write(ByteBuffer(string: rows))
                guard let next = page.next else { break }
                page = try await store.deskBooks(
                    StoreClient.BookFilter(), limit: Self.exportedPerQuestion, after: next, trace: trace)
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

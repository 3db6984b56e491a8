internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// All books of the shop as a file.
extension DeskRoutes {
    /// Exports all books for sale as a file that can be imported, page by page as the browser reads it.
    func export(_ context: ShopContext) async throws -> Response {
        let store = store
        let trace = context.trace
        let table = BooksExport(forSpreadsheets: true)
        // The first page is fetched before the response begins, so that an unavailable store can be reported.
        let first = try await store.books(limit: StoreLimits.listCountMax, trace: trace)
        let body = ResponseBody { writer in
            var page = first
            try await writer.write(ByteBuffer(string: table.header))
            while true {
                let rows = page.result.map { table.record($0.book, $0.facts) }.joined()
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

internal import Foundation
package import Model
package import Monitoring
package import NIOCore
package import StoreAPI
internal import TierHTTP

// For storekeepers. Whatever fails throws a ``StoreFault``; the same key changes something once, however often it is
// sent.
extension StoreClient {
    // MARK: Lists

    /// Which books a list shows.
    package struct BookFilter: Sendable {
        package var words: String?
        package var topic: String?
        package var stockMax: Int64?
        package var retired: RetiredBooks?
        package var isInStock = false
        package var costMin: Cents?
        package var costMax: Cents?

        package init(
            words: String? = nil, topic: String? = nil, stockMax: Int64? = nil, retired: RetiredBooks? = nil
        ) {
            self.words = words
            self.topic = topic
            self.stockMax = stockMax
            self.retired = retired
        }
    }

    /// Books with what storekeepers need to know: by number, or, where an order or a page is asked for, in that order.
    package func books(
        _ filter: BookFilter = BookFilter(), sort: BookOrder? = nil, page: Int? = nil, limit: Int,
        after: String? = nil, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[BookDetails]> {
        try await ask(
            .books,
            [
                ("q", filter.words), ("topic", filter.topic),
                ("stock_max", filter.stockMax.map { String($0) }), ("retired", filter.retired?.rawValue),
                ("in_stock", filter.isInStock ? "true" : nil), ("cost_min", filter.costMin?.description),
                ("cost_max", filter.costMax?.description), ("sort", sort?.rawValue),
                ("page", page.map { String($0) }), ("limit", String(limit)), ("after", after),
            ], trace: trace)
    }

    /// One book, retired or not.
    package func book(
        _ item: ItemNumber, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<BookDetails> {
        try await ask(.book, [("item_number", item.description)], trace: trace)
    }

    /// The ledger, newest first: of a book, of a kind, or all of it.
    package func movements(
        of item: ItemNumber? = nil, kind: String? = nil, limit: Int, after: String? = nil,
        trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[Movement]> {
        try await ask(
            .movements,
            [
                ("item_number", item?.description), ("kind", kind), ("limit", String(limit)),
                ("after", after),
            ], trace: trace)
    }

    /// What happened in the shop after a movement of the ledger, in order.
    ///
    /// - Parameter limit: movements to tell of, at most.
    package func events(
        after: Int64, limit: Int, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[StoreEvent]> {
        try await ask(.events, [("after", String(after)), ("limit", String(limit))], trace: trace)
    }

    /// Completed purchases, newest first.
    package func orders(
        limit: Int, after: String? = nil, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[OrderListing]> {
        try await ask(.orders, [("limit", String(limit)), ("after", after)], trace: trace)
    }

    /// Sales by day and topic, of the last `days` days.
    package func totals(
        days: Int, zone: ShopZone = .utc, trace: TraceContext? = nil
    ) async throws -> [DayTotal] {
        try await ask(.totals, [("days", String(days)), ("zone", zone.name)], trace: trace).result
    }

    /// How the servers behind the frontend are.
    package func tiers(trace: TraceContext? = nil) async throws -> [TierHealth] {
        try await ask(.tiers, trace: trace).result
    }

    /// Sales in their order, at most `limit`. Only the catalog answers this.
    package func sales(
        after sale: SalePosition, limit: Int, trace: TraceContext? = nil
    ) async throws -> [LedgerSale] {
        try await ask(.ledger, [("after", sale.description), ("limit", String(limit))], trace: trace).result
    }

    // MARK: Changes

    /// Changes books, all or none.
    package func updates(
        _ updates: [KeeperUpdate], actor: String, reason: String?, key: IdempotencyKey,
        trace: TraceContext? = nil
    ) async throws -> StoreAnswer<[BookDetails]> {
        try await change(
            .updates, KeeperRequest(.updates(updates), actor: actor, reason: reason, key: key), trace)
    }

    package func add(
        _ book: NewBook, actor: String, reason: String?, key: IdempotencyKey, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<BookDetails> {
        try await change(.add, KeeperRequest(.add(book), actor: actor, reason: reason, key: key), trace)
    }

    /// Changes what is said of a book, if it has this version.
    package func edit(
        _ edit: BookEdit, expectedVersion: Int64? = nil, actor: String, reason: String?, key: IdempotencyKey,
        trace: TraceContext? = nil
    ) async throws -> StoreAnswer<BookDetails> {
        let work = KeeperRequest.Work.edit(edit, expectedVersion: expectedVersion)
        return try await change(.edit, KeeperRequest(work, actor: actor, reason: reason, key: key), trace)
    }

    /// Gives a book a cover, if it has this version.
    package func giveCover(
        _ image: CoverImage, to item: ItemNumber, expectedVersion: Int64? = nil, actor: String,
        reason: String?, key: IdempotencyKey, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<BookDetails> {
        try await ask(
            .newCover,
            [
                ("item_number", item.description), ("expect_version", expectedVersion.map { String($0) }),
                ("actor", actor), ("reason", reason),
            ], key: key,
            body: TierCall.Body("image/\(image.format.rawValue)", ByteBuffer(bytes: image.bytes)),
            trace: trace)
    }

    /// Takes a book out of the shop, if it has this version.
    package func retire(
        _ item: ItemNumber, expectedVersion: Int64? = nil, actor: String, reason: String?,
        key: IdempotencyKey, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<BookDetails> {
        let work = KeeperRequest.Work.retire(item, expectedVersion: expectedVersion)
        return try await change(
            .retire, KeeperRequest(work, actor: actor, reason: reason, key: key), trace)
    }

    /// Brings a retired book back.
    package func restore(
        _ item: ItemNumber, actor: String, reason: String?, key: IdempotencyKey, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<BookDetails> {
        try await change(
            .restore, KeeperRequest(.restore(item), actor: actor, reason: reason, key: key), trace)
    }

    private func change<Result: Decodable & Sendable>(
        _ endpoint: Endpoint, _ request: KeeperRequest, _ trace: TraceContext?
    ) async throws -> StoreAnswer<Result> {
        let body = TierCall.Body("application/json", ByteBuffer(bytes: try JSONEncoder().encode(request)))
        return try await ask(endpoint, key: request.key, body: body, trace: trace)
    }

    /// Imports a file of books as it is; only looks what it comes to where `isDry`.
    package func load(
        _ file: ByteBuffer, _ options: ImportOptions, isDry: Bool, actor: String, reason: String?,
        key: IdempotencyKey, within time: TimeAmount? = nil, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<Imported> {
        let plain = ImportOptions()
        return try await ask(
            .load,
            [
                ("actor", actor), ("reason", reason), ("dry_run", isDry ? "true" : nil),
                ("update", options.isUpdate ? "true" : nil),
                ("stock", options.stock == plain.stock ? nil : options.stock.rawValue),
                ("unknown", options.unknown == plain.unknown ? nil : options.unknown.rawValue),
                ("retired", options.retired == plain.retired ? nil : options.retired.rawValue),
                ("columns", options.mapping.isEmpty ? nil : options.mapping.json),
            ], key: key, body: TierCall.Body("text/csv", file), within: time, trace: trace)
    }

    /// Takes an import back, as far as its books were not changed since.
    package func undo(
        _ key: IdempotencyKey, actor: String, reason: String?, within time: TimeAmount? = nil,
        trace: TraceContext? = nil
    ) async throws -> Undone {
        try await ask(
            .undo, [("import", key.text), ("actor", actor), ("reason", reason)], key: key, within: time,
            trace: trace
        ).result
    }

    /// How far the import is that is under way; zeros if there is none. Only the catalog answers this.
    package func importing() async throws -> Importing {
        try await ask(.importing, trace: nil).result
    }
}

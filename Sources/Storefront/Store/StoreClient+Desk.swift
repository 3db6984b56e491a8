internal import Model
internal import Monitoring
internal import NIOCore

extension StoreClient {
    /// Which books a keeper's list shows.
    struct BookFilter: Sendable {
        var words: String?
        var stockMax: Int64?
        /// Retired books instead of those for sale.
        var isRetired = false
    }

    /// Books with what keepers need to know, in item-number order.
    func deskBooks(
        _ filter: BookFilter, limit: Int, after: String?, trace: TraceContext
    ) async throws -> Page<BookDetails> {
        let answer = try await get(
            .books,
            [
                ("q", filter.words), ("stock_max", filter.stockMax.map(String.init)),
                ("retired", filter.isRetired ? "only" : nil), ("limit", String(limit)), ("after", after),
            ], as: [BookDetails].self, trace: trace)
        return Page(rows: answer.result, next: answer.next)
    }

    /// One book, retired or not.
    func deskBook(_ item: ItemNumber, trace: TraceContext) async throws -> BookDetails {
        try await get(.book, [("item_number", item.description)], as: BookDetails.self, trace: trace).result
    }

    /// The ledger, newest first: of a book, of a kind, or all of it.
    func movements(
        of item: ItemNumber? = nil, kind: String? = nil, limit: Int, after: String? = nil,
        trace: TraceContext
    ) async throws -> Page<Movement> {
        let answer = try await get(
            .movements,
            [
                ("item_number", item?.description), ("kind", kind), ("limit", String(limit)),
                ("after", after),
            ], as: [Movement].self, trace: trace)
        return Page(rows: answer.result, next: answer.next)
    }

    /// Sales by day and topic, of the last `days` days.
    func totals(days: Int, trace: TraceContext) async throws -> [DayTotal] {
        try await get(.totals, [("days", String(days))], as: [DayTotal].self, trace: trace).result
    }

    /// How the servers behind the frontend are.
    func tiers(trace: TraceContext) async throws -> [TierHealth] {
        try await get(.tiers, as: [TierHealth].self, trace: trace).result
    }

    /// Makes changes, all or none.
    func change(_ order: ChangeOrder, key: IdempotencyKey, trace: TraceContext) async throws -> [BookDetails]
    {
        try await post(.updates, order, key: key, as: [BookDetails].self, trace: trace)
    }

    func add(_ order: AddOrder, key: IdempotencyKey, trace: TraceContext) async throws -> BookDetails {
        try await post(.add, order, key: key, as: BookDetails.self, trace: trace)
    }

    /// Adds all books of a file or none; only looks whether that can be done where `isDry`.
    ///
    /// - Returns: how many there are.
    func load(
        _ books: [Book], actor: String, reason: String, isDry: Bool, key: IdempotencyKey, trace: TraceContext
    ) async throws -> Int {
        var lines = ByteBuffer()
        for book in books { lines.writeString(BookLine.text(book) + "\n") }
        let parameters = [("actor", actor), ("reason", reason), ("dry_run", isDry ? "true" : nil)]
        return try await post(
            .load, parameters, text: lines, key: key, as: Loaded.self, trace: trace
        ).books
    }

    func retire(_ order: RetireOrder, key: IdempotencyKey, trace: TraceContext) async throws -> BookDetails {
        try await post(.retire, order, key: key, as: BookDetails.self, trace: trace)
    }
}

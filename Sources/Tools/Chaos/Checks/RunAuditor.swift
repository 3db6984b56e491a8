internal import Linearizability
internal import Model
internal import NIOCore
internal import StoreClient
internal import TierHTTP

/// Reads the store's ledger and stock, and compares them with what the clients saw.
final class RunAuditor {
    /// The client number of the auditor's lookups in the history.
    static let client = 100_001
    private static let answerTimeMax = TimeAmount.seconds(10)
    private static let attemptCountMax = 10

    private let shelf: ChaosShelf
    private let caller: StoreCaller
    private let catalog: StoreClient
    private var sales: [LedgerSale] = []
    private var last = SalePosition(ledger: 0, number: 0)
    /// The lookups of all audits, which also belong to the history.
    private(set) var lookups: [Operation] = []

    init(store: ChaosStore, shelf: ChaosShelf, loops: TierLoops) async throws {
        self.shelf = shelf
        caller = try await StoreCaller(frontends: store.frontends, catalog: store.catalog, loops: loops)
        catalog = try await StoreClient(of: "catalog", at: [store.catalogItself], loops: loops)
    }

    /// Compares everything so far while the store is healed and idle.
    ///
    /// - Throws: ``ChaosFault`` when the store does not answer.
    func findings(_ operations: [Operation]) async throws -> [Finding] {
        try await readLedger()
        var stocks: [ItemNumber: Int64] = [:]
        for book in shelf.books { stocks[book.item] = try await stock(of: book.item) }
        return SalesAudit(books: shelf.books, operations: operations, sales: sales, stocks: stocks).findings()
    }

    /// Reads the sales since the last audit: a ledger only grows.
    private func readLedger() async throws {
        let limit = StoreLimits.saleCountMax
        while true {
            let page = try await page(limit: limit)
            sales += page
            if let position = page.last?.position { last = position }
            if page.count < limit { return }
        }
    }

    private func page(limit: Int) async throws -> [LedgerSale] {
        for _ in 0..<Self.attemptCountMax {
            if let page = try? await catalog.sales(after: last, limit: limit) { return page }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ChaosFault("the catalog does not tell its ledger although it is ready")
    }

    private func stock(of item: ItemNumber) async throws -> Int64 {
        for _ in 0..<Self.attemptCountMax {
            var lookup = Operation(
                client: Self.client, number: lookups.count + 1, item: item, kind: .lookup,
                invokedNanos: NIODeadline.now().uptimeNanoseconds)
            let reply = await caller.lookup(item, within: Self.answerTimeMax)
            if case .outcome(let outcome) = reply, case .found(let state) = outcome {
                lookup.end(outcome, atNanos: NIODeadline.now().uptimeNanoseconds)
                lookups.append(lookup)
                return state.stock
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ChaosFault("a lookup of book \(item) gets no answer although all servers are ready")
    }
}

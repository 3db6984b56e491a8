internal import Model
internal import StoreAPI
internal import StoreClient

/// The sales that one catalog tells of.
final class RunLedger {
    private static let attemptCountMax = 10

    private let catalog: StoreClient
    private var sales: [LedgerSale] = []
    private var last = SalePosition(ledger: 0, number: 0)

    init(_ catalog: StoreClient) { self.catalog = catalog }

    /// Reads the sales since the last time, as a ledger only grows, and gives all.
    ///
    /// - Throws: ``ChaosFault`` when the catalog does not answer.
    func read() async throws -> [LedgerSale] {
        let limit = StoreLimits.saleCountMax
        while true {
            let page = try await page(limit: limit)
            sales += page
            if let position = page.last?.position { last = position }
            if page.count < limit { return sales }
        }
    }

    private func page(limit: Int) async throws -> [LedgerSale] {
        for _ in 0..<Self.attemptCountMax {
            if let page = try? await catalog.sales(after: last, limit: limit) { return page }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ChaosFault("a catalog does not tell its ledger although it is ready")
    }
}

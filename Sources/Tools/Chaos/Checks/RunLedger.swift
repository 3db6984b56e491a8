internal import Model
internal import StoreAPI
internal import StoreClient

/// What one catalog tells of its ledger and its books.
final class RunLedger {
    private static let attemptCountMax = 10

    private let catalog: StoreClient
    private var sales: [LedgerSale] = []
    private var last = SalePosition(ledger: 0, number: 0)
    private var deeds: [Movement] = []

    init(_ catalog: StoreClient) { self.catalog = catalog }

    /// Reads the sales since the last time, as a ledger only grows, and gives all.
    ///
    /// - Throws: ``ChaosFault`` when the catalog does not answer.
    func readSales() async throws -> [LedgerSale] {
        let limit = StoreLimits.saleCountMax
        while true {
            let last = last
            let page = try await ask { try await $0.sales(after: last, limit: limit) }
            sales += page
            if let position = page.last?.position { self.last = position }
            if page.count < limit { return sales }
        }
    }

    /// Reads what a storekeeper did since the last time, and gives all, the oldest first.
    ///
    /// - Throws: ``ChaosFault`` when the catalog does not answer.
    func readDeeds() async throws -> [Movement] {
        let last = deeds.last?.sequence ?? 0
        var new: [Movement] = []
        for kind in [Movement.Kind.edit, .retire, .restore] {
            var place: String?
            repeat {
                let after = place
                let page = try await ask {
                    try await $0.movements(kind: kind.rawValue, limit: StoreLimits.listCountMax, after: after)
                }
                new += page.result.filter { $0.sequence > last }
                place = page.next.flatMap { next in Int64(next).map { $0 > last } == true ? next : nil }
            } while place != nil
        }
        deeds += new.sorted { $0.sequence < $1.sequence }
        return deeds
    }

    /// A book as it is.
    ///
    /// - Throws: ``ChaosFault`` when the catalog does not answer.
    func book(_ item: ItemNumber) async throws -> BookDetails {
        try await ask { try await $0.book(item).result }
    }

    private func ask<Answer: Sendable>(
        _ question: (StoreClient) async throws -> Answer
    ) async throws -> Answer {
        for _ in 0..<Self.attemptCountMax {
            if let answer = try? await question(catalog) { return answer }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ChaosFault("a catalog does not tell its ledger although it is ready")
    }
}

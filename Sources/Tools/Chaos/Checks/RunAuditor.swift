internal import Linearizability
internal import Model
internal import NIOCore
internal import StoreClient
internal import TierHTTP

/// Reads the store's ledger, stock and books, and compares them with what the clients saw and the storekeeper did.
final class RunAuditor {
    /// The client number of the auditor's lookups in the history.
    static let client = 100_001
    private static let answerTimeMax = TimeAmount.seconds(10)
    private static let attemptCountMax = 10

    private let shelf: ChaosShelf
    /// One for each frontend: all must tell the same.
    private let callers: [StoreCaller]
    /// One for each catalog.
    private let ledgers: [RunLedger]
    /// The lookups of all audits, which also belong to the history.
    private(set) var lookups: [Operation] = []

    init(store: ChaosStore, shelf: ChaosShelf, loops: TierLoops) async throws {
        self.shelf = shelf
        var callers: [StoreCaller] = []
        for frontend in store.frontends {
            callers.append(
                try await StoreCaller(frontends: [frontend], catalogs: store.catalogs, loops: loops))
        }
        self.callers = callers
        var ledgers: [RunLedger] = []
        for catalog in store.catalogsThemselves {
            ledgers.append(RunLedger(try await StoreClient(of: "catalog", at: [catalog], loops: loops)))
        }
        self.ledgers = ledgers
    }

    /// Compares everything so far while the store is healed and idle.
    ///
    /// - Throws: ``ChaosFault`` when the store does not answer.
    func findings(_ operations: [Operation], _ keeper: KeeperRecord) async throws -> [Finding] {
        var findings: [Finding] = []
        var sales: [LedgerSale] = []
        for (index, ledger) in ledgers.enumerated() {
            let told = try await ledger.readSales()
            if index == 0 { sales = told }
            if told != sales {
                let text = "the ledger of catalog \(index): expected the \(sales.count) sales of catalog 0"
                findings.append(
                    Finding(.unbalanced, "\(text), found \(told.count), not all of them equal"))
            }
            findings += keeper.findings(try await ledger.readDeeds())
            for item in keeper.items { findings += keeper.findings(try await ledger.book(item)) }
        }
        // A retired book is not shown, and nobody bought it.
        let books = shelf.books.filter { !keeper.isRetired($0.item) }
        var stocks: [[ItemNumber: Int64]] = []
        for caller in callers { stocks.append(try await self.stocks(of: books, by: caller)) }
        if let other = stocks.first(where: { $0 != stocks[0] }) {
            let differing = books.map(\.item).filter { other[$0] != stocks[0][$0] }
            findings.append(
                Finding(.unbalanced, "the stock of books \(differing): expected the same by each frontend"))
        }
        let audit = SalesAudit(books: books, operations: operations, sales: sales, stocks: stocks[0])
        return findings + audit.findings()
    }

    private func stocks(
        of books: [Book], by caller: StoreCaller
    ) async throws -> [ItemNumber: Int64] {
        var stocks: [ItemNumber: Int64] = [:]
        for book in books { stocks[book.item] = try await stock(of: book.item, by: caller) }
        return stocks
    }

    private func stock(of item: ItemNumber, by caller: StoreCaller) async throws -> Int64 {
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

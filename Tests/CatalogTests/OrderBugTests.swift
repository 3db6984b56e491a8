import Audit
import Model
import TestSupport
import Testing

@testable import Catalog

/// Bugs in orders of several books, planted in the ledger's own code: what finds them.
@Suite struct OrderBugTests {
    private let lines = [OrderLine(item: first.item, copies: 1), OrderLine(item: second.item, copies: 2)]

    private func found(_ folder: CatalogFolder) throws -> [BooksAudit.Discrepancy] {
        var audit = BooksAudit()
        audit.check(ledger: try folder.snapshot())
        return audit.discrepancies
    }

    @Test(.onEachStore, arguments: [nil, PlantedBug.makesHalfOfOrder]) func halfAnOrderIsFound(
        bug: PlantedBug?
    ) async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let order = CatalogChange.ordering(try NewOrder(key: key("o"), lines: lines))
                let results = try PlantedBug.$planted.withValue(bug) {
                    try store.commitUnlogged([order]).results
                }
                _ = try results[0].get()
            }
            #expect(try found(folder).isEmpty == (bug == nil))
        }
    }

    /// The tables let no copy come back twice, whatever the rules before them say.
    @Test(.onEachStore) func theDatabaseLetsNoCopyComeBackTwice() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try store.commitUnlogged([
                    .ordering(NewOrder(key: key("o"), lines: lines)), .cancelling(key("o")),
                ])
                let step = OrderStep(order: 1, state: .returned)
                #expect(throws: (any Error).self) {
                    try PlantedBug.$planted.withValue(.returnsWhatWasCancelled) {
                        try store.commitUnlogged([.keeper(KeeperRequest(.step(step)))])
                    }
                }
            }
            #expect(try found(folder).isEmpty)
        }
    }
}

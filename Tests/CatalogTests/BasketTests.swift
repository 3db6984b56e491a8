import Foundation
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// Baskets: kept by the digest of their names, and forgotten after a time and beyond a number.
@Suite struct BasketTests {
    private func lines(_ lines: (Book, Int64)...) -> [OrderLine] {
        lines.map { OrderLine(item: $0.0.item, copies: $0.1) }
    }

    private func keep(_ id: BasketID, _ lines: [OrderLine], _ store: ShelvedStore) throws {
        _ = try store.commitUnlogged([.basket(BasketChange(id, lines: lines))])
    }

    private func read(_ id: BasketID, _ store: ShelvedStore) throws -> [OrderLine] {
        try store.store.basket(
            BasketChange.digest(of: id), changedAfter: BasketChange.oldest(at: .now))
    }

    @Test(.onEachStore) func aBasketIsKeptAcrossARestart() async throws {
        try await withCatalogFolder { folder in
            let (mine, other) = (BasketID.random(), BasketID.random())
            try folder.withStore { store in
                #expect(try read(mine, store).isEmpty)
                try keep(mine, lines((first, 2)), store)
                try keep(other, lines((second, 9)), store)
                try keep(mine, lines((first, 1), (second, 1_000)), store)
                #expect(try store.movementLines().isEmpty)
            }
            try folder.withStore { store in
                #expect(try read(mine, store) == lines((first, 1), (second, 1_000)))
                try keep(mine, [], store)
                #expect(try read(mine, store).isEmpty && read(other, store) == lines((second, 9)))
            }
        }
    }

    @Test(.onEachStore) func oldBasketsAreForgotten() async throws {
        try await withCatalogFolder { folder in
            let ids = (0..<3).map { _ in BasketID.random() }
            try folder.withStore { store in
                for id in ids { try keep(id, lines((first, 1)), store) }
            }
            let day: Int64 = 86_400_000
            // The first was not changed for too long, and the second is beyond the number.
            try folder.execute(
                """
                UPDATE basket SET at_millis = at_millis - \(Basket.keptDaysMax * day) - 1 WHERE number = 1;
                UPDATE basket SET number = number + \(Basket.changeCountMax) WHERE number = 3
                """)
            try folder.withStore { store in
                #expect(try read(ids[0], store).isEmpty)
                #expect(try read(ids[1], store).count == 1)
                try keep(ids[2], lines((second, 1)), store)
                #expect(try read(ids[1], store).isEmpty)
                #expect(try read(ids[2], store) == lines((second, 1)))
            }
        }
    }

    @Test func namesAreSecret() throws {
        let id = BasketID.random()
        #expect(BasketID(parsing: id.text) == id && id != .random())
        for odd in ["", "1", id.text + "0", id.text.uppercased() + "G", String(repeating: "g", count: 32)] {
            #expect(BasketID(parsing: odd) == nil)
        }
        #expect(!BasketChange.digest(of: id).contains(id.text))
    }
}

import Foundation
import Model
import TestSupport
import Testing

@testable import Catalog

/// Customers' orders as `verify` and `recover` read and write them.
@Suite struct OrderedDatabaseTests {
    private func step(_ order: Int64, _ state: OrderState, _ lines: [OrderLine]? = nil) -> CatalogChange {
        .keeper(KeeperRequest(.step(OrderStep(order: order, state: state, lines: lines))))
    }

    @Test(.onEachStore) func aSnapshotIsWrittenAndReadBack() async throws {
        try await withCatalogFolder { folder in
            let lines = [OrderLine(item: first.item, copies: 1), OrderLine(item: second.item, copies: 2)]
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("buy")))
                let results = try store.commitUnlogged([
                    .ordering(NewOrder(key: key("o"), lines: lines, contact: OrderContact(name: "Ann"))),
                    .ordering(NewOrder(key: key("p"), lines: [lines[0]])), step(2, .handedOver),
                    .update(StockChange(item: second.item, price: try cents(99_00))),
                    step(2, .returned, [OrderLine(item: second.item, copies: 1)]), .cancelling(key("p")),
                ]).results
                for result in results { _ = try result.get() }
            }
            let snapshot = try folder.snapshot()
            #expect(snapshot.orders.map(\.number) == [2, 3])
            #expect(snapshot.orders.map(\.state) == [.handedOver, .cancelled])
            #expect(snapshot.orders[0].lines.map(\.putBack) == [0, 1])
            // What the tables say follows from the movements, also the price that was paid.
            #expect(LedgerOrders(snapshot).orders == snapshot.orders)
            #expect(LedgerOrders(snapshot).faults.isEmpty)
            let told = try folder.withStore { try $0.allSales() }
            #expect(snapshot.sales == told)
            let sold = try folder.withStore { store in
                try [first, second].map { try store.details(of: $0.item).sold }
            }
            try await withCatalogFolder { other in
                try other.write(snapshot)
                let read = try other.snapshot()
                #expect(read.orders == snapshot.orders && read.sales == snapshot.sales)
                #expect(read.movements.map(\.entry) == snapshot.movements.map(\.entry))
                try other.withStore([]) { store in
                    #expect(try [first, second].map { try store.details(of: $0.item).sold } == sold)
                    let order = try #require(try store.store.order(of: key("o")))
                    #expect(order.number == 2 && order.totalCents == 50_00 && order.contact == nil)
                    #expect(order.steps.map(\.state) == [.placed, .handedOver, .returned])
                    // The key answers the order, which goes on.
                    let again = try store.commitUnlogged([
                        .ordering(NewOrder(key: key("o"), lines: lines)), step(2, .returned),
                        .ordering(NewOrder(key: key("new"), lines: [lines[0]])),
                    ]).results
                    #expect(try again.map { try $0.get().order?.number } == [2, 2, 7])
                    #expect(try store.store.order(2)?.state == .returned)
                }
            }
        }
    }
}

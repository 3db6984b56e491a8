import Foundation
import Model
import Services
import Storage
import StoreAPI
import TestSupport
import Testing

@testable import Catalog

/// Customers' orders: whole or not at all, once, and back at most once.
@Suite struct OrderingTests {
    private let contact = OrderContact(name: "Ann", email: "ann@example.org", delivery: "1 Main St\nTown")

    private func order(
        _ key: String, _ lines: [(Book, Int64)], total: Int64? = nil, contact: OrderContact = .init()
    ) throws -> NewOrder {
        try NewOrder(
            key: IdempotencyKey(trusted: key),
            lines: lines.map { OrderLine(item: $0.0.item, copies: $0.1) },
            expectedTotal: try total.map { try cents($0) }, contact: contact)
    }

    private func make(
        _ change: CatalogChange, _ store: ShelvedStore
    ) throws -> Result<CatalogOutcome, StoreError> {
        try #require(try store.commitUnlogged([change]).results.first)
    }

    private func step(
        _ order: Int64, _ state: OrderState, of lines: [(Book, Int64)]? = nil, key: String? = nil,
        _ store: ShelvedStore
    ) throws -> Result<CatalogOutcome, StoreError> {
        let step = OrderStep(
            order: order, state: state, lines: lines?.map { OrderLine(item: $0.0.item, copies: $0.1) })
        return try make(
            .keeper(
                KeeperRequest(
                    .step(step), actor: "ann", reason: "r", key: key.map { IdempotencyKey(trusted: $0) })),
            store)
    }

    @Test(.onEachStore) func anOrderIsOneSaleOfSeveralBooks() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("buy")))
                let made = try make(
                    .ordering(
                        order("o", [(second, 1), (first, 1), (second, 1)], total: 50_00, contact: contact)),
                    store
                ).get()
                #expect(
                    made.update
                        == .applied(sale: SalePosition(ledger: store.ledger, number: 2), replayed: false))
                #expect(store.book(first.item)?.stock == 1 && store.book(second.item)?.stock == 1)
                #expect(
                    try store.movementLines() == ["update,1,na,-1", "update,1,na,-1", "update,2,na,-2"])
                let placed = try #require(try store.store.order(of: key("o")))
                #expect(placed.number == 2 && placed.state == .placed && placed.totalCents == 50_00)
                #expect(placed.lines.map(\.copies) == [1, 2] && placed.contact == contact)
                #expect(placed.lines.map(\.title) == [first.title, second.title])
                let sales = try store.allSales()
                #expect(sales.map(\.key) == [key("buy"), key("o")] && sales[0].share == nil)
                #expect(
                    sales[1].share
                        == OrderShare(
                            order: 2, state: .placed,
                            lines: [
                                OrderLine(item: first.item, copies: 1),
                                OrderLine(item: second.item, copies: 2),
                            ]))
                #expect(try store.details(of: second.item).sold == 2)
            }
        }
    }

    @Test(.onEachStore) func aKeyIsOneOrder() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("buy")))
                let wanted = try order("o", [(first, 1), (second, 2)])
                // Twice in one batch, and once more.
                let both = try store.commitUnlogged([.ordering(wanted), .ordering(wanted)]).results
                #expect(try both.map { try $0.get().order?.number } == [2, 2])
                let again = try make(.ordering(wanted), store).get()
                #expect(
                    again.update
                        == .applied(sale: SalePosition(ledger: store.ledger, number: 2), replayed: true))
                #expect(store.book(second.item)?.stock == 1)
                #expect(try make(.ordering(order("o", [(first, 1)])), store) ==? .keyReused)
                #expect(try make(.ordering(order("buy", [(first, 1)])), store) ==? .keyReused)
                let buy = StockChange.sale(of: first.item, key: key("o"))
                #expect(try make(.update(buy), store) ==? .keyReused)
            }
        }
    }

    @Test(.onEachStore) func aShortLineLeavesAllAsItIsForGood() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let wanted = try order("o", [(first, 1), (second, 4)])
                let short = ShortLine(item: second.item, wanted: 4, stock: 3)
                #expect(try make(.ordering(wanted), store) ==? .short([short]))
                #expect(try store.movementLines().isEmpty && store.book(first.item)?.stock == 3)
                // A late copy of the request sells nothing either.
                try store.commitUnlogged(StockChange(item: second.item, units: 5))
                #expect(try make(.ordering(wanted), store) ==? .short([]))
                #expect(try make(.ordering(order("o", [(first, 1)])), store) ==? .keyReused)
                _ = try make(.ordering(order("p", [(first, 1), (second, 4)])), store).get()
                #expect(store.book(second.item)?.stock == 4)
            }
        }
    }

    @Test(.onEachStore) func anotherTotalSellsNothing() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let wanted = try order("o", [(first, 1), (second, 1)], total: 29_00)
                #expect(
                    try make(.ordering(wanted), store)
                        ==? .otherTotal(cents: 30_00, expected: try cents(29_00)))
                let right = try order("o", [(first, 1), (second, 1)], total: 30_00)
                #expect(try make(.ordering(right), store).get().order?.number == 1)
                // What is sold already is sold, whatever it may be thought to cost.
                #expect(try make(.ordering(wanted), store).get().order?.number == 1)
            }
        }
    }

    @Test(.onEachStore) func unknownAndRetiredBooksAreNamed() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try request(.retire(second.item, expectedVersion: nil), store).get()
                #expect(
                    try make(.ordering(order("o", [(first, 1), (second, 1)])), store)
                        ==? .unknownItem(second.item))
                #expect(store.book(first.item)?.stock == 3)
            }
        }
    }

    @Test(.onEachStore) func stepsGoForwardAndCopiesComeBackOnce() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try make(.ordering(order("o", [(first, 2), (second, 3)])), store).get()
                #expect(try step(1, .returned, store) ==? .refusedStep)
                _ = try step(1, .ready, key: "r", store).get()
                #expect(try step(1, .ready, key: "r", store).get().order?.state == .ready)
                #expect(try step(1, .cancelled, key: "r", store) ==? .keyReused)
                #expect(try make(.cancelling(key("o")), store) ==? .refusedStep)
                _ = try step(1, .handedOver, store).get()
                #expect(try step(1, .cancelled, store) ==? .refusedStep)
                let part = try step(1, .returned, of: [(second, 1)], key: "b", store).get().order
                #expect(part?.state == .handedOver && part?.lines.map(\.putBack) == [0, 1])
                #expect(try step(1, .returned, of: [(second, 1)], key: "b", store).get().order == part)
                #expect(try step(1, .returned, of: [(second, 3)], store) ==? .refusedStep)
                let all = try step(1, .returned, store).get().order
                #expect(all?.state == .returned && all?.lines.map(\.putBack) == [2, 3])
                #expect(all?.refundedCents == 80_00)
                #expect(try step(1, .returned, store) ==? .refusedStep)
                #expect(store.book(first.item)?.stock == 3 && store.book(second.item)?.stock == 3)
                #expect(
                    try store.movementLines().suffix(5) == [
                        "order,1,ready,1,0", "order,1,handed_over,1,0", "order,1,returned,2,1",
                        "order,1,returned,1,2", "order,1,returned,2,2",
                    ])
                #expect(try store.allSales().map(\.share?.state) == [.placed, .returned, .returned])
                #expect(all?.steps.map(\.state) == [.placed, .ready, .handedOver, .returned, .returned])
                #expect(all?.steps[1].actor == "ann" && all?.steps[0].actor == nil)
                #expect(try store.details(of: second.item).sold == 0)
                #expect(try step(9, .ready, store) ==? .unknownOrder("9"))
            }
        }
    }

    @Test(.onEachStore) func aCustomerCancelsOnce() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try make(.ordering(order("o", [(first, 1), (second, 3)])), store).get()
                _ = try request(.retire(second.item, expectedVersion: nil), store).get()
                for _ in 1...2 {
                    let order = try make(.cancelling(key("o")), store).get().order
                    #expect(order?.state == .cancelled && order?.refundedCents == 70_00)
                }
                // A book that left the shop meanwhile has its copies and stays away.
                #expect(try store.details(of: second.item).book.stock == 3 && store.book(second.item) == nil)
                #expect(store.book(first.item)?.stock == 3)
                #expect(try make(.cancelling(key("x")), store) ==? .unknownOrder("with this Idempotency-Key"))
                #expect(try step(1, .handedOver, store) ==? .refusedStep)
            }
        }
    }

    @Test(.onEachStore) func ordersAreFoundAndTheirCustomersForgotten() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try make(.ordering(order("o", [(first, 1)], contact: contact)), store).get()
                _ = try make(.ordering(order("k2", [(second, 1)])), store).get()
                _ = try step(2, .ready, store).get()
                let found = { (filter: OrderFilter) in try store.store.orders(filter).map(\.number) }
                #expect(try found(OrderFilter(limit: 9)) == [2, 1])
                #expect(try found(OrderFilter(state: .ready, limit: 9)) == [2])
                #expect(try found(OrderFilter(words: "k2", limit: 9)) == [2])
                #expect(try found(OrderFilter(words: "1", limit: 9)) == [1])
                #expect(try found(OrderFilter(words: "EXAMPLE.org", limit: 9)) == [1])
                #expect(try found(OrderFilter(item: second.item, limit: 9)) == [2])
                #expect(try found(OrderFilter(before: 2, limit: 9)) == [1])
                #expect(try make(.forgetting(order: 1), store).get().order?.contact == nil)
                #expect(try found(OrderFilter(words: "ann", limit: 9)).isEmpty)
                #expect(try store.store.order(1)?.totalCents == 10_00)
                #expect(try make(.forgetting(order: 7), store) ==? .unknownOrder("7"))
            }
        }
    }

    @Test(.onEachStore) func totalsCountWhatCameBack() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("buy")))
                _ = try make(.ordering(order("o", [(first, 2), (second, 1)])), store).get()
                try store.commitUnlogged(StockChange(item: first.item, price: try cents(99_00)))
                _ = try step(1 + 1, .cancelled, store).get()
                let today = Timestamp.now.dayNumber
                let totals = try LedgerTotals().read(from: store.store, dayCount: 2, today: today)
                #expect(totals.reduce(0) { $0 + $1.count } == 1)
                #expect(totals.reduce(0) { $0 + $1.cents } == 10_00)
            }
        }
    }

    @Test func daysBeginInTheTimeZoneOfTheShop() async throws {
        let late = try #require(Timestamp(parsing: "2026-11-24T23:30:00Z"))
        var days = ZoneDays(try #require(ShopZone("Europe/Berlin")))
        #expect(days.day(of: late) == late.dayNumber + 1)
        #expect(days.day(of: Timestamp(millis: late.millis - 3_600_000)) == late.dayNumber)
    }

    @Test(
        .onEachStore,
        arguments: [
            "UPDATE order_line SET put_back = 9", "UPDATE order_line SET copies = 1",
            "UPDATE customer_order SET state = 4", "DELETE FROM customer_order", "DELETE FROM order_step",
            "UPDATE order_step SET order_number = 1", "INSERT INTO order_line VALUES (9, 1, 1, 1, 0)",
            "UPDATE customer_order SET sequence = 2",
        ]) func theDatabaseItselfRefuses(statement: String) async throws
    {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                _ = try make(.ordering(order("o", [(first, 2), (second, 1)])), store).get()
            }
            #expect(throws: (any Error).self) { try folder.execute(statement) }
        }
    }
}

extension StoreError {
    /// Any step that is refused, in a comparison.
    fileprivate static let refusedStep = StoreError.stepRefused("", state: .placed)
}

infix operator ==? : ComparisonPrecedence

/// Whether something failed with an error; of refused steps, whatever it says.
private func ==? (result: Result<CatalogOutcome, StoreError>, error: StoreError) -> Bool {
    guard case .failure(let found) = result else { return false }
    if case .stepRefused = found, case .stepRefused = error { return true }
    return found == error
}

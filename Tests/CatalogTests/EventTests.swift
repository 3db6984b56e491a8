import Model
import NIOCore
import StoreAPI
import TestSupport
import Testing

@testable import Catalog

/// What the ledger tells other programs.
@Suite struct EventTests {
    private func page(
        _ store: ShelvedStore, after: Int64 = 0, low: Int64 = 1, limit: Int = 100
    ) throws -> EventsPage {
        try store.store.events(EventFilter(after: after, lowStockMax: low, limit: limit))
    }

    private func words(_ events: [StoreEvent]) -> [String] {
        events.map { event in
            let lines = event.lines.map { "\($0.item)x\($0.copies)" }.joined(separator: " ")
            let parts = [
                event.order.map { "order \($0)" }, event.state?.name, lines.isEmpty ? nil : lines,
                event.item.map { "book \($0)" }, event.stock.map { "stock \($0)" },
            ]
            return (["\(event.sequence) \(event.kind.rawValue)"] + parts.compactMap { $0 }).joined(
                separator: ", ")
        }
    }

    private func order(_ name: String, _ lines: [(Book, Int64)]) throws -> CatalogChange {
        .ordering(
            try NewOrder(
                key: key(name), lines: lines.map { OrderLine(item: $0.0.item, copies: $0.1) },
                contact: OrderContact(name: "Ann", email: "ann@example.org")))
    }

    private func step(_ order: Int64, _ state: OrderState, _ lines: [OrderLine]? = nil) -> CatalogChange {
        .keeper(
            KeeperRequest(
                .step(OrderStep(order: order, state: state, lines: lines)), actor: "ann", reason: "r"))
    }

    /// A buy, an order with its steps, and stock that falls by a storekeeper's hand.
    private func fill(_ store: ShelvedStore) throws {
        try store.commitUnlogged(.sale(of: first.item, key: key("a")))
        try store.commitUnlogged(StockChange(item: first.item, price: try cents(12_00)))
        let changes = [
            try order("o", [(second, 3), (first, 1)]), step(2, .ready), step(2, .handedOver),
            step(2, .returned, [OrderLine(item: second.item, copies: 2)]),
        ]
        for result in try store.commitUnlogged(changes).results { _ = try result.get() }
        try store.commitUnlogged(
            StockChange(item: second.item, units: -1), StockChange(item: second.item, units: 5),
            StockChange(item: second.item, units: -1))
    }

    private static let told = [
        "1 order, order 1, book 1",
        "3 order, order 2, 1x1 2x3", "3 low_stock, book 1, stock 1",
        "4 low_stock, book 2, stock 0", "4 sold_out, book 2, stock 0",
        "5 state, order 2, ready", "6 state, order 2, handed_over",
        "7 state, order 2, returned, 2x2",
        "8 low_stock, book 2, stock 1",
    ]

    @Test(.onEachStore) func tellsOrdersStatesAndStock() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                #expect(try page(store).next == 0)
                try fill(store)
                let all = try page(store)
                #expect(words(all.events) == Self.told && all.next == 10)
                #expect(all.events.allSatisfy { abs($0.time.millis - Timestamp.now.millis) < 60_000 })
                // Nothing newer; and beyond the end is the end.
                for after in [10, 11, Int64.max] {
                    let end = try page(store, after: after)
                    #expect(end.events.isEmpty && end.next == 10)
                }
                #expect(words(try page(store, low: 0).events).filter { $0.contains("low") }.count == 1)
            }
        }
    }

    @Test(.onEachStore) func aMovementIsNeverParted() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try fill(store)
                for limit in 1...6 {
                    var events: [StoreEvent] = []
                    var after: Int64 = 0
                    while case let part = try page(store, after: after, limit: limit), part.next > after {
                        #expect(Set(part.events.map(\.sequence)).count <= limit)
                        events += part.events
                        after = part.next
                    }
                    #expect(words(events) == Self.told && after == 10)
                }
            }
        }
    }

    /// Where little happens in a long ledger, each reading looks at a bounded part of it.
    @Test func aReadingLooksAtABoundedPart() {
        let filter = EventFilter(after: 7, lowStockMax: 3, limit: 10)
        let window = EventRow.Window(filter, newest: 900_000)
        #expect(window.through == 7 + LedgerWindow.lookedAtMax)
        #expect(window.page([]) { _ in [:] }.next == 7 + LedgerWindow.lookedAtMax)
    }

    @Test(.onEachStore) func theEngineTellsWhatWasCommitted() async throws {
        try await withCatalogFolder { folder in
            try await withLoops(count: 1) { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine { engine in
                    _ = try await engine.update(.sale(of: first.item, key: key("a")), on: loop).get()
                    let page = try await engine.events(after: 0, limit: 9, for: nil, on: loop).get()
                    #expect(words(page.events) == ["1 order, order 1, book 1"])
                }
            }
        }
    }

    @Test func isReadAsItIsWritten() throws {
        let time = Timestamp(millis: 1_000)
        for event in [
            StoreEvent(sequence: 1, kind: .order, time: time, order: 1, item: first.item),
            StoreEvent(
                sequence: 2, kind: .state, time: time, order: 1, state: .returned,
                lines: [OrderLine(item: first.item, copies: 2)]),
            StoreEvent(sequence: 3, kind: .soldOut, time: time, item: first.item, stock: 0),
        ] {
            let page = ByteBuffer.page([event], next: "9") { $1.write(to: &$0) }
            #expect(try StoreAnswer<[StoreEvent]>(page).result == [event])
        }
    }
}

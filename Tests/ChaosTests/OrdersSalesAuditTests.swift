import Linearizability
import Model
import Testing

@testable import Chaos

/// Each test plants one fault in a correct history of orders, which the auditor must find.
@Suite struct OrdersSalesAuditTests {
    private let lines = [1, 2].map { OrderLine(item: ItemNumber($0)!, copies: 2) }
    private let part = [OrderLine(item: ItemNumber(2)!, copies: 1)]

    private func order(_ number: Int, _ outcome: HistoryOperation.Outcome) -> Chaos.Operation {
        var order = Operation(client: 1, number: number, ordering: lines, invokedNanos: 1)
        if outcome != .unknown { order.end(outcome, atNanos: 2) }
        return order
    }

    /// - Parameter key: of the step; nil cancels.
    private func back(
        _ lines: [OrderLine], of order: Chaos.Operation, key: String? = nil, isKnown: Bool = true
    ) -> Chaos.Operation {
        var back = Operation(
            client: 1, number: 9, puttingBack: lines, of: order.key,
            key: key.map { IdempotencyKey(trusted: $0) } ?? order.key, invokedNanos: 3)
        if isKnown { back.end(.success, atNanos: 4) }
        return back
    }

    private func sale(
        _ number: Int64, _ state: OrderState = .placed, lines some: [OrderLine]? = nil,
        of order: Chaos.Operation
    ) -> LedgerSale {
        let lines = some ?? self.lines
        return LedgerSale(
            position: SalePosition(ledger: 7, number: number), item: lines[0].item, key: order.key,
            share: OrderShare(order: 1, state: state, lines: lines))
    }

    private func kinds(
        _ operations: [Chaos.Operation], _ sales: [LedgerSale], left: [Int64]
    ) -> [Finding.Kind] {
        let books = [1, 2].map {
            Book(item: ItemNumber($0)!, title: "T", topic: "t", price: Cents(100)!, stock: 5)
        }
        let stocks = Dictionary(uniqueKeysWithValues: zip(books.map(\.item), left))
        return SalesAudit(books: books, operations: operations, sales: sales, stocks: stocks).findings().map(
            \.kind)
    }

    @Test func findsNothingWhereEverythingFits() {
        let (first, second, third) = (order(1, .sold(totalCents: 400)), order(2, .unknown), order(3, .failed))
        let operations = [
            first, second, third, back(lines, of: first), back(lines, of: first),
            back(part, of: second, key: "r"), back(part, of: second, key: "s", isKnown: false),
        ]
        let sales = [
            sale(1, of: first), sale(2, .cancelled, of: first), sale(3, of: second),
            sale(4, .returned, lines: part, of: second),
        ]
        #expect(kinds(operations, sales, left: [3, 4]) == [])
        let more = sales + [sale(5, .returned, lines: part, of: second)]
        #expect(kinds(operations, more, left: [3, 5]) == [])
    }

    @Test func findsALostOrder() {
        #expect(kinds([order(1, .sold(totalCents: 400))], [], left: [5, 5]) == [.lost])
    }

    @Test func findsHalfAnOrder() {
        let order = order(1, .sold(totalCents: 400))
        #expect(kinds([order], [sale(1, lines: [lines[0]], of: order)], left: [3, 5]) == [.unbalanced])
    }

    @Test func findsAKeySoldTwiceOrAfterARefusal() {
        let twice = order(1, .sold(totalCents: 400))
        let sales = [sale(1, of: twice), sale(2, of: twice)]
        #expect(kinds([twice], sales, left: [1, 1]) == [.duplicated])
        let refused = order(1, .failed)
        #expect(kinds([refused], [sale(1, of: refused)], left: [3, 3]) == [.duplicated])
    }

    @Test func findsASaleNobodyAskedFor() {
        #expect(kinds([], [sale(1, of: order(1, .unknown))], left: [3, 3]) == [.unbalanced])
    }

    @Test func findsCopiesPutBackTwiceOrNever() {
        let made = order(1, .sold(totalCents: 400))
        let placed = sale(1, of: made)
        let returned = [
            placed, sale(2, .returned, lines: part, of: made), sale(3, .returned, lines: part, of: made),
        ]
        #expect(kinds([made, back(part, of: made, key: "r")], returned, left: [3, 5]) == [.duplicated])
        #expect(kinds([made, back(lines, of: made)], [placed], left: [3, 3]) == [.lost])
    }
}

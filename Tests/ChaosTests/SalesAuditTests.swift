import Linearizability
import Model
import Testing

@testable import Chaos

/// Each test plants one fault in a correct history, which the auditor must find.
@Suite struct SalesAuditTests {
    private let item = ItemNumber(7)!
    private let other = ItemNumber(8)!

    private func book(_ item: ItemNumber, stock: Int64) -> Book {
        Book(item: item, title: "T", topic: "t", price: Cents(100)!, stock: stock)
    }

    private func operation(
        _ number: Int, _ kind: HistoryOperation.Kind = .buy(key: nil), _ outcome: HistoryOperation.Outcome
    ) -> Chaos.Operation {
        var operation = Operation(client: 1, number: number, item: item, kind: kind, invokedNanos: 1)
        if outcome != .unknown { operation.end(outcome, atNanos: 2) }
        return operation
    }

    private func sale(_ number: Int64, of key: Int, item: ItemNumber? = nil) -> LedgerSale {
        let key = Operation(client: 1, number: key, item: self.item, kind: .buy(key: nil), invokedNanos: 1)
            .key
        return LedgerSale(
            position: SalePosition(ledger: 7, number: number), item: item ?? self.item, key: key)
    }

    private func kinds(
        stock: Int64 = 2, _ operations: [Chaos.Operation], _ sales: [LedgerSale], left: Int64?
    ) -> [Finding.Kind] {
        var stocks: [ItemNumber: Int64] = [other: 5]
        stocks[item] = left
        let books = [book(item, stock: stock), book(other, stock: 5)]
        return SalesAudit(books: books, operations: operations, sales: sales, stocks: stocks).findings().map(
            \.kind)
    }

    @Test func findsNothingWhereEverythingFits() {
        let operations = [
            operation(1, .buy(key: nil), .success), operation(2, .buy(key: nil), .failed),
            operation(3, .buy(key: nil), .unknown),
            operation(4, .update(units: 3, price: nil), .success),
            operation(5, .update(units: -9, price: nil), .failed),
            operation(6, .lookup, .found(BookState(stock: 0, price: Cents(100)!))),
        ]
        #expect(kinds(operations, [sale(1, of: 1)], left: 4) == [])
        // An unknown purchase may have been carried out.
        #expect(kinds(operations, [sale(1, of: 1), sale(2, of: 3)], left: 3) == [])
    }

    @Test func findsALostSale() {
        #expect(kinds([operation(1, .buy(key: nil), .success)], [], left: 2) == [.lost])
    }

    @Test func findsAKeySoldTwice() {
        let sales = [sale(1, of: 1), sale(2, of: 1)]
        #expect(kinds([operation(1, .buy(key: nil), .success)], sales, left: 0) == [.duplicated])
        #expect(kinds([operation(1, .buy(key: nil), .unknown)], sales, left: 0) == [.duplicated])
    }

    @Test func findsASaleThatWasAnsweredFailed() {
        #expect(kinds([operation(1, .buy(key: nil), .failed)], [sale(1, of: 1)], left: 1) == [.duplicated])
    }

    @Test func findsMoreSalesThanCopies() {
        let operations = (1...3).map { operation($0, .buy(key: nil), .success) }
        let sales = (1...3).map { sale(Int64($0), of: $0) }
        // A stock of -1 shows it, and the sales alone show it when the stock was corrected.
        #expect(kinds(operations, sales, left: -1) == [.oversold])
        #expect(kinds(operations, sales, left: 0) == [.oversold, .unbalanced])
    }

    @Test func findsANegativeStockInALookup() {
        let seen = operation(1, .lookup, .found(BookState(stock: -1, price: Cents(100)!)))
        #expect(kinds([seen], [], left: 2) == [.oversold])
    }

    @Test func findsAWrongStock() {
        let restock = operation(1, .update(units: 5, price: nil), .success)
        #expect(kinds([restock], [], left: 7) == [])
        #expect(kinds([restock], [], left: 2) == [.unbalanced])
        #expect(kinds([restock], [], left: nil) == [.unbalanced])
    }

    @Test func findsSalesWithoutARequest() {
        #expect(kinds([], [sale(1, of: 1)], left: 1) == [.unbalanced])
    }

    @Test func findsGapsInTheLedgerAndWrongBooks() {
        let operations = [operation(1, .buy(key: nil), .success)]
        #expect(kinds(operations, [sale(2, of: 1)], left: 1) == [.unbalanced])
        let wrongBook = kinds(operations, [sale(1, of: 1, item: other)], left: 2)
        #expect(wrongBook == [.unbalanced, .unbalanced])
    }
}

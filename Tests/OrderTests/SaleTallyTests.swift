import Testing

@testable import Order

@Suite struct SaleTallyTests {
    @Test func advancesOverSalesWithoutAGap() {
        var tally = SaleTally(ledger: 7, through: 0)
        tally.note(ledger: 7, number: 1)
        #expect(tally.through == 1)
        tally.note(ledger: 7, number: 3)
        tally.note(ledger: 7, number: 5)
        #expect(tally.through == 1)
        tally.note(ledger: 7, number: 2)
        #expect(tally.through == 3)
        tally.note(ledger: 7, number: 4)
        #expect(tally.through == 5)
    }

    @Test func countsARepeatedSaleOnce() {
        var tally = SaleTally(ledger: 7, through: 0)
        for number in [Int64(2), 1, 1, 2, 2] { tally.note(ledger: 7, number: number) }
        #expect(tally.through == 2)
        tally.note(ledger: 7, number: 4)
        #expect(tally.through == 2)
    }

    @Test func startsAfterTheKnownSales() {
        #expect(SaleTally(ledger: 7, through: 3, beyond: [5, 6]).through == 3)
        #expect(SaleTally(ledger: 7, through: 3, beyond: [4, 5, 7]).through == 5)
    }

    @Test func restartsWithAnotherLedger() {
        var tally = SaleTally(ledger: 7, through: 5, beyond: [7])
        tally.note(ledger: 8, number: 2)
        #expect(tally.ledger == 8)
        #expect(tally.through == 0)
        tally.note(ledger: 8, number: 1)
        // Sale 7 belongs to the old ledger, not to this one.
        for number in 3...6 { tally.note(ledger: 8, number: Int64(number)) }
        #expect(tally.through == 6)
    }
}

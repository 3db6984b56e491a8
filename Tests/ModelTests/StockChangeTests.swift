import Model
import Testing

@Suite struct StockChangeTests {
    private func change(price: Int64? = nil, units: Int64? = nil, key: String? = nil) throws -> StockChange {
        StockChange(
            item: try #require(ItemNumber(2)), price: price.flatMap { Cents($0) }, units: units,
            key: key.map { IdempotencyKey(trusted: $0) })
    }

    @Test func isLoggedAsInTheContract() throws {
        #expect(try change(units: -1).logLine == "update,2,na,-1")
        #expect(try change(units: 5).logLine == "update,2,na,5")
        #expect(try change(price: 10_50).logLine == "update,2,10.50,na")
        #expect(try change(price: 7_00, units: 0).logLine == "update,2,7,0")
        #expect(try change(price: 0, units: -12, key: "k").logLine == "update,2,0,-12")
    }

    @Test func oneUnitUnderAKeyIsASale() throws {
        let item = try #require(ItemNumber(2))
        #expect(StockChange.sale(of: item, key: IdempotencyKey(trusted: "k")).isSale)
        #expect(try change(units: -1, key: "k").isSale)
        #expect(try !change(units: -1).isSale)
        #expect(try !change(units: -2, key: "k").isSale)
        #expect(try !change(units: 1, key: "k").isSale)
        #expect(try !change(price: 1, units: -1, key: "k").isSale)
        #expect(try !change(price: 1, key: "k").isSale)
    }
}

@Suite struct SalePositionTests {
    @Test(
        arguments: [
            (0, 0, "0000000000000000/0"), (1, 1, "0000000000000001/1"), (-1, 12, "ffffffffffffffff/12"),
            (.min, 999_999_999_999_999_999, "8000000000000000/999999999999999999"),
        ] as [(Int64, Int64, String)])
    func travelsAsText(ledger: Int64, number: Int64, text: String) {
        let position = SalePosition(ledger: ledger, number: number)
        #expect(position.description == text)
        #expect(SalePosition(parsing: text) == position)
    }

    @Test(arguments: [
        "", "/", "1/1", "0000000000000001", "0000000000000001/", "0000000000000001/-1",
        "0000000000000001/1/1",
        "000000000000000A/1", "00000000000000001/1", " 000000000000001/1",
        "0000000000000001/1000000000000000000",
        "0000000000000001/x", "/0000000000000001",
    ])
    func refusesEveryOtherText(text: String) { #expect(SalePosition(parsing: text) == nil) }
}

@Suite struct StoreErrorTests {
    @Test func onlyFaultsLeaveTheOutcomeUnknown() {
        let full = StoreError.unavailable(tier: "catalog", reason: .diskFull, outcomeUnknown: false)
        #expect(
            full.afterDecision(in: "order")
                == .unavailable(tier: "catalog", reason: .diskFull, outcomeUnknown: true))
        #expect(
            StoreError.overloaded(.changesWaiting).afterDecision(in: "order")
                == .unavailable(tier: "order", reason: .overloaded, outcomeUnknown: true))
        for error in [StoreError.keyReused, .inProgress, .invalid("x")] {
            #expect(error.afterDecision(in: "order") == error)
        }
    }

    @Test func eachFaultHasItsOwnCode() {
        let codes = StoreError.faultCodes
        #expect(Set(codes).count == codes.count)
        for code in codes { #expect(code.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil, "\(code)") }
        let full = StoreError.unavailable(tier: "catalog", reason: .diskFull, outcomeUnknown: false)
        #expect(full.code == "disk_full")
        #expect(StoreError.overloaded(.changesWaiting).code == "changes_waiting")
        #expect(codes.contains(StoreError.unexpectedStatus(500, tier: "catalog", outcomeUnknown: true).code))
    }
}

import Model
import Testing

@Suite struct ItemNumberTests {
    @Test(
        arguments: [
            ("1", 1), ("9", 9), ("10", 10), ("999999999999999999", 999_999_999_999_999_999),
        ] as [(String, Int64)])
    func readsPlainDecimals(text: String, value: Int64) throws {
        let item = try #require(ItemNumber(parsing: text))
        #expect(item.value == value)
        #expect(item.description == text)
        #expect(ItemNumber(value) == item)
    }

    @Test(arguments: [
        "", "0", "00", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "١", "１", "1\n", "one", "1,000",
        "1000000000000000000", "9223372036854775808", "99999999999999999999999999",
    ])
    func refusesEveryOtherSpelling(text: String) { #expect(ItemNumber(parsing: text) == nil) }

    @Test func hasBounds() {
        #expect(ItemNumber(0) == nil)
        #expect(ItemNumber(-1) == nil)
        #expect(ItemNumber(ItemNumber.valueMax)?.value == ItemNumber.valueMax)
        #expect(ItemNumber(ItemNumber.valueMax + 1) == nil)
    }

    @Test func sortsByValue() throws {
        let items = try ["10", "9", "100", "1"].map { try #require(ItemNumber(parsing: $0)) }
        #expect(items.sorted().map(\.description) == ["1", "9", "10", "100"])
    }
}

@Suite struct CentsTests {
    @Test(
        arguments: [
            ("0", 0, "0"), ("10", 1_000, "10"), ("10.5", 1_050, "10.50"), ("10.50", 1_050, "10.50"),
            ("10.05", 1_005, "10.05"), ("0.01", 1, "0.01"), ("10.00", 1_000, "10"), ("10.0", 1_000, "10"),
            ("007", 700, "7"), ("9999999999.99", 999_999_999_999, "9999999999.99"),
        ] as [(String, Int64, String)])
    func readsAmounts(text: String, amount: Int64, written: String) throws {
        let cents = try #require(Cents(parsing: text))
        #expect(cents.amount == amount)
        #expect(cents.description == written)
        #expect(Cents(parsing: written) == cents)
    }

    @Test(arguments: [
        "", ".", "10.", ".5", "10.555", "-1", "+1", "1,5", "1 000", " 1", "1 ", "1.5.5", "1..5", "1e3", "na",
        "٣",
        "10.-5", "10.+5", "10000000000", "99999999999999999999",
    ])
    func refusesEveryOtherSpelling(text: String) { #expect(Cents(parsing: text) == nil) }

    @Test func hasBounds() {
        #expect(Cents(-1) == nil)
        #expect(Cents(0)?.amount == 0)
        #expect(Cents(Cents.amountMax)?.amount == Cents.amountMax)
        #expect(Cents(Cents.amountMax + 1) == nil)
    }

    @Test func everyPriceReadsBackExactly() throws {
        for amount in Int64(0)...1_234 {
            let cents = try #require(Cents(amount))
            #expect(Cents(parsing: cents.description) == cents)
        }
    }
}

@Suite struct HexTests {
    @Test(
        arguments: [
            (0, "0000000000000000"), (1, "0000000000000001"), (.max, "ffffffffffffffff"),
            (0x0123_4567_89AB_CDEF, "0123456789abcdef"),
        ] as [(UInt64, String)])
    func writesSixteenDigits(value: UInt64, text: String) {
        #expect(Hex.text(value) == text)
        #expect(Hex.value(text.utf8) == value)
    }

    @Test(arguments: ["A", "0x1", "g", " 1", "-1", "é", "/", ":", "`"]) func refusesOtherCharacters(
        text: String
    ) {
        #expect(Hex.value(text.utf8) == nil)
    }

    /// Eight digits are read at once: each byte at each place, among digits.
    @Test func readsManyDigitsAsOneByOne() {
        for byte in UInt8.min ... .max {
            for place in 0..<10 {
                var text = Array("0f1e2d3c4b".utf8)
                text[place] = byte
                let digits = text.map { Hex.value([$0]) }
                let value = digits.reduce(UInt64?(0)) { value, digit in
                    value.flatMap { value in digit.map { value << 4 | $0 } }
                }
                #expect(Hex.value(text) == value, "\(byte) at \(place)")
            }
        }
    }
}

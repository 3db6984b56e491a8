import Model
import Testing

@testable import Storefront

@Suite struct WordingTests {
    @Test(
        arguments: [
            (0, "$0.00"), (5, "$0.05"), (1050, "$10.50"), (123_456, "$1,234.56"),
            (Cents.amountMax, "$9,999,999,999.99"),
        ] as [(Int64, String)])
    func saysPrices(amount: Int64, words: String) throws {
        #expect(Wording.price(try #require(Cents(amount))) == words)
    }

    @Test func saysTimes() {
        #expect(Wording.time("2026-11-24T08:15:30.123Z") == "24 November 2026, 08:15 UTC")
        #expect(Wording.time("2026-11-24T08:15:30Z") == "24 November 2026, 08:15 UTC")
        #expect(Wording.time("2026-01-05T00:00:00Z") == "5 January 2026, 00:00 UTC")
        for odd in ["yesterday", "", "2026-13-01T00:00:00Z", "2026-11-24T08:15:30+01:00"] {
            #expect(Wording.time(odd) == odd)
        }
    }

    @Test(
        arguments: [
            (0, "Sold out", true), (1, "Only 1 left", false), (2, "Only 2 left", false),
            (3, "Only 3 left", false),
            (4, "In stock", false),
        ] as [(Int64, String, Bool)])
    func saysStock(stock: Int64, words: String, isSoldOut: Bool) {
        #expect(StockWords(stock).words == words)
        #expect(StockWords(stock).isSoldOut == isSoldOut)
    }

    @Test func cutsTitlesBetweenCharacters() {
        #expect(Wording.listed("short") == "short")
        let long = Wording.listed(String(repeating: "é", count: 500))
        #expect(long == String(repeating: "é", count: ShopLimits.listedTitleByteCountMax / 2) + "…")
        #expect(Wording.clipped("abcdef", lengthMax: 4) == "abc…")
        #expect(Wording.clipped("abcd", lengthMax: 4) == "abcd")
    }
}

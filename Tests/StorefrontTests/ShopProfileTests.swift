import Foundation
import Model
import StoreAPI
import Testing

@testable import Storefront

/// What a shop says of itself: money, tax, clocks.
@Suite struct ShopProfileTests {
    @Test func amountsAreWrittenAsTheLanguageWritesThem() throws {
        #expect(ShopCurrency.dollars.text(1_234_50, language: "en") == "$1,234.50")
        #expect(ShopCurrency.dollars.text(-50, language: "en") == "−$0.50")
        let euro = try #require(ShopCurrency("EUR"))
        #expect(euro.text(1_234_50, language: "de") == "1.234,50\u{A0}€")
        let yen = try #require(ShopCurrency("JPY"))
        #expect(yen.text(1_200_00, language: "en") == "¥1,200" && yen.text(50, language: "en") == "¥0.50")
        #expect(ShopCurrency("XYZ1") == nil && ShopCurrency("") == nil)
    }

    @Test func aKeeperMayTypeTheSign() throws {
        let shop = ShopProfile([.currency: "EUR", .language: "de"])
        ShopProfile.$current.withValue(shop) {
            #expect(ChangeForm.amount("12.50 €")?.amount == 12_50)
            #expect(ChangeForm.amount("€12")?.amount == 12_00)
            #expect(ChangeForm.amount("$12") == nil)
        }
        #expect(ChangeForm.amount("$12")?.amount == 12_00)
    }

    @Test func aTaxIsPartOfThePrice() throws {
        let tax = try #require(ShopTax("VAT 7"))
        #expect(tax.words == "VAT 7 %" && tax.included(in: 107_00) == 7_00 && tax.included(in: 10) == 1)
        #expect(ShopTax("Sales tax 8.25%")?.included(in: 108_25) == 8_25)
        for wrong in ["VAT", "7", "VAT seven", "VAT 0", "VAT 101"] { #expect(ShopTax(wrong) == nil) }
    }

    @Test func clocksShowTheShopsTime() throws {
        let zone = try #require(ShopZone("Europe/Berlin"))
        let winter = try #require(Timestamp(parsing: "2026-11-24T23:15:30Z"))
        #expect(zone.local(winter).dayNumber == winter.dayNumber + 1)
        #expect(zone.words(winter).hasPrefix("25 November 2026, 00:15 "))
        let summer = try #require(Timestamp(parsing: "2026-07-01T10:00:00Z"))
        #expect(zone.local(summer).millis - summer.millis == 2 * 3_600_000)
        #expect(ShopZone("Middle/Earth") == nil && ShopZone.utc.words(winter) == winter.words)
    }

    @Test(arguments: ["en", "de-DE", "pt-BR", "zh-Hant-TW", "en-001"]) func tagsOfLanguages(tag: String) {
        #expect(ShopProfile.isLanguage(tag))
    }

    @Test(arguments: ["", "e", "en_US", "en-", "german language", "en-\u{E9}"]) func noTags(tag: String) {
        #expect(!ShopProfile.isLanguage(tag))
    }

    @Test func whatCameBackIsTakenOffTheTable() {
        let totals = [
            DayTotal(day: "2026-11-24", topic: "a", sales: -1, revenue: "-5.50"),
            DayTotal(day: "2026-11-24", topic: "b", sales: 2, revenue: "20"),
        ]
        let now = Timestamp(parsing: "2026-11-24T12:00:00Z").map { $0.millis / 1000 } ?? 0
        let table = SalesTable(totals, days: 1, now: .init(timeIntervalSince1970: Double(now)))
        #expect(table.total.sales == 1 && table.total.cents == 14_50)
    }
}

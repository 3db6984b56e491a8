import Testing

@testable import Storefront

@Suite struct SecretTests {
    /// A receipt's address tells nothing of the next one: no digit of it counts up or stands still.
    @Test func receiptIDsAreRandom() {
        let texts = (0..<200).map { _ in Array(ReceiptID.random().text.utf8) }
        #expect(texts.allSatisfy { $0.count == 32 })
        for place in 0..<32 {
            let digits = Set(texts.map { $0[place] })
            // That fewer than 12 of the 16 come up in 200 draws happens once in 10^28.
            #expect(digits.count >= 12, "digit \(place)")
        }
        #expect(ReceiptID(parsing: ReceiptID.random().text) != nil)
    }

    @Test func sessionIDsAreRandom() {
        var sessions = SessionTable()
        let ids = (0..<50).map { _ in sessions.open(keeper: "ann", now: .now) }
        // Two of 50 that begin alike by chance are rare, three never seen.
        #expect(Set(ids.map { $0.prefix(8) }).count >= 49 && ids.allSatisfy { $0.count == 64 })
        let tokens = ids.compactMap { sessions.use($0, now: .now)?.formToken.prefix(8) }
        #expect(Set(tokens).count >= 49)
    }
}

import Testing

@testable import Storefront

@Suite struct SecretTests {
    /// A receipt's address does not reveal the next one: no digit counts up or is constant.
    @Test func receiptIDsAreRandom() {
        let texts = (0..<200).map { _ in Array(ReceiptID.random().text.utf8) }
        #expect(texts.allSatisfy { $0.count == 32 })
        for place in 0..<32 {
            let digits = Set(texts.map { $0[place] })
            // Fewer than 12 of the 16 digits in 200 draws happen once in 10^28.
            #expect(digits.count >= 12, "digit \(place)")
        }
        #expect(ReceiptID(parsing: ReceiptID.random().text) != nil)
    }

    @Test func sessionIDsAreRandom() {
        var sessions = SessionTable()
        let ids = (0..<50).map { _ in sessions.open(keeper: "ann", now: .now) }
        // Two equal prefixes among 50 are rare; three do not occur.
        #expect(Set(ids.map { $0.prefix(8) }).count >= 49 && ids.allSatisfy { $0.count == 64 })
        let tokens = ids.compactMap { sessions.use($0, now: .now)?.formToken.prefix(8) }
        #expect(Set(tokens).count >= 49)
    }
}

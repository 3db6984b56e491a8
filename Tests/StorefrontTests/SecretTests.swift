import Model
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

    /// The token of a session's forms follows from its secret, and the secret does not follow from it.
    @Test func formTokensAreTheSessions() throws {
        func session(_ secret: SessionSecret) -> DeskSession {
            DeskSession(
                KeeperSession(
                    id: "s", name: "ann", role: .owner, opened: .now, used: .now, device: nil), secret: secret
            )
        }
        let secrets = (0..<50).map { _ in SessionSecret.random() }
        let tokens = secrets.map { session($0).formToken }
        // Two equal prefixes among 50 are rare; three do not occur.
        #expect(Set(tokens.map { $0.prefix(8) }).count >= 49 && tokens.allSatisfy { $0.count == 64 })
        #expect(tokens == secrets.map { session($0).formToken })
        for (secret, token) in zip(secrets, tokens) { #expect(secret.text != token) }
    }
}

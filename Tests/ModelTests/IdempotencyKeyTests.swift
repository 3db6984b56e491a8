import Model
import Testing

@Suite struct IdempotencyKeyTests {
    private static let longest = String(repeating: "k", count: IdempotencyKey.byteCountMax)

    @Test(arguments: [
        ("abc", "abc"), ("\"abc\"", "abc"),
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        ("!~", "!~"), ("a\"b", "a\"b"), ("abc\"", "abc\""), ("a\\b", "a\\b"), (#""a\"b""#, "a\"b"),
        (#""a\\b""#, #"a\b"#),
        (#""\"""#, "\""), (longest, longest), ("\"\(longest)\"", longest),
    ])
    func readsBareAndQuotedKeys(field: String, text: String) throws {
        #expect(try #require(IdempotencyKey(parsing: field)).text == text)
    }

    @Test(arguments: [
        "", "\"\"", "\"", "\"abc", "\"a\"b\"", #""a\b""#, #""abc\""#, "a b", "\"a b\"", " a", "a ", "a\tb",
        "a\u{0}b",
        "a\u{7F}", "ключ", "\"ключ\"", "a\u{301}", "a\r\nb", longest + "k", "\"\(longest)k\"",
    ])
    func refusesEveryOtherField(field: String) { #expect(IdempotencyKey(parsing: field) == nil) }

    @Test(arguments: [
        "abc", "\"", "\"abc", "\"abc\"", "a\"b", "\\", "\"\\", "\"\\\"", "a\\b", "\"\"", longest,
        String(repeating: "\"", count: IdempotencyKey.byteCountMax),
    ])
    func travelsInAField(text: String) {
        let key = IdempotencyKey(trusted: text)
        #expect(IdempotencyKey(parsing: key.field) == key)
        #expect(key.description == text)
    }

    @Test func bareAndQuotedAreOneKey() {
        #expect(IdempotencyKey(parsing: "abc") == IdempotencyKey(parsing: "\"abc\""))
        #expect(IdempotencyKey(parsing: "abc") != IdempotencyKey(parsing: "ABC"))
    }

    @Test func newKeysAreValidAndDiffer() {
        let keys = (0..<1_000).map { _ in IdempotencyKey.random() }
        #expect(Set(keys).count == 1_000)
        for key in keys {
            #expect(key.text.utf8.count == 32)
            #expect(IdempotencyKey(parsing: key.field) == key)
        }
    }
}

import Model
import Testing

@testable import TierHTTP

@Suite struct RequestTargetTests {
    @Test(arguments: [
        ("/search?topic=a", "search"), ("/search", "search"), ("/search/", "search"),
        ("/search/a/b", "search"),
        ("/", ""), ("", ""), ("/?topic=a", ""), ("//search", ""), ("*", "*"),
        ("http://host:80/search?topic=a", "search"), ("http://host", ""), ("http://host?topic=a", ""),
        ("HTTP://host/search#part", "search"), ("/search#part", "search"), ("/a%2Fb", "a%2Fb"),
        ("/redirect?to=http://host/x", "redirect"),
    ]) func route(target: String, route: String) {
        #expect(RequestTarget(target).route == route)
    }

    @Test(arguments: [
        ("/s?t=plain", "plain"), ("/s?t=two+words", "two words"), ("/s?t=two%20words", "two words"),
        ("/s?t=1%2B1", "1+1"), ("/s?t=a%26b%3Dc", "a&b=c"), ("/s?t=a=b", "a=b"), ("/s?t=", ""), ("/s?t", ""),
        ("/s?x=1&t=2&y=3", "2"), ("/s?&&t=2&&", "2"), ("/s?t=%F0%9F%93%9A", "📚"), ("/s?t=%e2%82%ac", "€"),
        ("/s?t=Грамматика", "Грамматика"), ("/s?%74=named", "named"), ("/s?t=a?b", "a?b"),
        ("/s?t=a/b", "a/b"),
        ("http://host/s?t=2", "2"), ("http://host?t=2", "2"), ("/s?t=2#t=3", "2"), ("/s?t=%2500", "%00"),
    ]) func parameter(target: String, value: String) throws {
        #expect(try RequestTarget(target).parameter("t") == value)
    }

    @Test(arguments: ["/s", "/s?", "/s?T=1", "/s?tt=1", "/s/t=1", "/s?x=t", "http://host", ""])
    func absentParameter(target: String) throws {
        #expect(try RequestTarget(target).parameter("t") == nil)
    }

    @Test(arguments: [
        "/s?t=%", "/s?t=%4", "/s?t=%zz", "/s?t=%4g", "/s?t=%+1", "/s?t=100%", "/s?t=%FF", "/s?t=%C3",
        "/s?t=%C3%28",
        "/s?t=%ED%A0%80", "/s?t=%C0%AF", "/s?t=1&t=2", "/s?t=1&t=1", "/s?t&t", "/s?t=1&%74=2",
    ]) func malformedParameter(target: String) {
        #expect(throws: StoreError.self) { try RequestTarget(target).parameter("t") }
    }

    @Test(arguments: [
        ("/lookup/7", "7"), ("/lookup?n=7", "7"), ("/lookup/%37", "7"), ("/lookup/a+b", "a b"),
        ("/lookup/a/b", "a/b"), ("/lookup/7?x=1", "7"), ("/lookup/?n=7", "7"),
    ]) func parameterInThePath(target: String, value: String) throws {
        #expect(try RequestTarget(target).required("n", orInPath: true) == value)
    }

    @Test(arguments: [
        "/lookup", "/lookup/", "/lookup?n=", "/lookup/7?n=7", "/lookup/%", "/lookup/%FF", "/lookup/?n=",
    ])
    func missingOrMalformedInThePath(target: String) {
        #expect(throws: StoreError.self) { try RequestTarget(target).required("n", orInPath: true) }
    }

    @Test func ignoresPathValuesUnlessAllowed() {
        #expect(throws: StoreError.self) { try RequestTarget("/lookup/7").required("n") }
    }

    /// The parser of the head replaces a byte that is not UTF-8 with U+FFFD.
    @Test func replacedBytesAreNoText() {
        #expect(throws: StoreError.self) { try RequestTarget("/s?t=\u{FFFD}").parameter("t") }
        #expect(throws: Never.self) { try RequestTarget("/s?t=%EF%BF%BD").parameter("t") }
    }

    @Test(arguments: [
        "", "plain", "two words", "1+1=2", "a&b%c", "\"quoted\", 'too'", "Ünïcödé 📚", "a/b?c#d", "\u{0}\n",
    ])
    func encodedTextComesBack(text: String) throws {
        let target = RequestTarget("/s?x=&t=" + RequestTarget.encode(text))
        #expect(try target.parameter("t") == text)
        let allowed = RequestTarget.encode(text).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        #expect(allowed)
    }
}

import StoreAPI
import Testing

@Suite struct HTMLTextTests {
    @Test func escapesMarkup() {
        #expect(HTMLText.escape("a < b & \"c\" > 'd'") == "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;")
        // To Swift a quote with a combining accent is one character, and not a quote.
        #expect(HTMLText.escape("\"\u{301} <\u{338}") == "&quot;\u{301} &lt;\u{338}")
        #expect(HTMLText.escape("Étude 👩‍👧") == "Étude 👩‍👧")
    }
}

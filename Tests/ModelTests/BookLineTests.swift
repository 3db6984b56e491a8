import Model
import Testing

@Suite struct BookLineTests {
    /// Compares bytes, because two spellings of one letter are equal as Swift strings.
    private func isSame(_ left: Book, _ right: Book) -> Bool {
        left == right && left.title.utf8.elementsEqual(right.title.utf8)
            && left.topic.utf8.elementsEqual(right.topic.utf8)
    }

    private func book(topic: String, title: String) throws -> Book {
        Book(
            item: try #require(ItemNumber(42)), title: title, topic: topic, price: try #require(Cents(10_50)),
            stock: 7)
    }

    static let texts = [
        "plain", "with, comma", ",", ",,", "\"quoted\"", "\"half", "half\"", "in \"the\" middle", "\"",
        "\"\"",
        "\"\"\"", "\",\"", "\"a\",b", "a+b", "100%", "%2C", "# no comment", "init,1,1,1,t,x", "na", " ",
        " padded ",
        "日本語", "שלום", "📚👩‍👩‍👧‍👦", "cafe\u{301}", "caf\u{E9}", "\u{301}mark first", ",\u{301}", "\"\u{301}",
        "\u{200D}", "\u{FEFF}",
        "back\\slash", "'single'", "tilde~", "<b>&amp;</b>", "\u{A0}no break",
    ]

    @Test(arguments: texts, texts) func readsBackWhatItWrites(topic: String, title: String) throws {
        let book = try book(topic: topic, title: title)
        let line = BookLine.text(book)
        #expect(!line.contains("\n"))
        let read = try BookLine.parse(logged: line[...])
        let kept = try self.book(topic: ShopText.composed(topic), title: ShopText.composed(title))
        #expect(isSame(read, kept), "\(line)")
    }

    /// New text is trimmed, and refused if nothing of it is visible. A log of an older version is
    /// read unchanged.
    @Test func readsALogByItsOwnRules() throws {
        let line = "init,1,3,10, caf\u{E9}\u{A0},\u{3000}cafe\u{301} "
        let incoming = try BookLine.parse(line[...])
        #expect(isSame(incoming, try named(incoming, topic: "caf\u{E9}", title: "caf\u{E9}")))
        let logged = try BookLine.parse(logged: line[...])
        #expect(isSame(logged, try named(logged, topic: " caf\u{E9}\u{A0}", title: "\u{3000}caf\u{E9} ")))
        for title in [" ", "\u{200B}", "a\u{202E}b"] {
            let old = "init,1,3,10,t,\(title)"
            #expect(throws: LineFault.self) { try BookLine.parse(old[...]) }
            #expect(try BookLine.parse(logged: old[...]).title == title)
        }
        // A title of the maximum length grows when it is decomposed, and the log still accepts it.
        let growing = String(repeating: "\u{1D160}", count: ShopText.titleByteCountMax / 4)
        let composed = try BookLine.parse(logged: "init,1,3,10,t,\(growing)"[...])
        #expect(composed.title.utf8.count == 3 * ShopText.titleByteCountMax)
        #expect(try BookLine.parse(logged: BookLine.text(composed)[...]) == composed)
        #expect(throws: LineFault.self) { try BookLine.parse("init,1,3,10,t,\(growing)"[...]) }
    }

    private func named(_ book: Book, topic: String, title: String) throws -> Book {
        Book(item: book.item, title: title, topic: topic, price: book.price, stock: book.stock)
    }

    @Test func aTitleLikeAQuotedTopicReadsBack() throws {
        // The topic alone needs no quotes, but before this title it does.
        let odd = try book(topic: "\"a", title: "b\",c")
        #expect(try BookLine.parse(BookLine.text(odd)[...]) == odd)
    }

    @Test(arguments: [
        ("init,1,3,10,distributed systems,RPCs for Dummies", "distributed systems", "RPCs for Dummies"),
        ("init,1,3,10,t,A, B, and C", "t", "A, B, and C"),
        ("init,1,3,10,\"a, b\",c", "a, b", "c"),
        ("init,1,3,10,\"say \"\"hi\"\"\",c", "say \"hi\"", "c"),
        // Files contain such topics unquoted.
        ("init,1,3,10,\"plain\",c", "\"plain\"", "c"),
        ("init,1,3,10,\"open,c", "\"open", "c"),
        ("init,1,3,10,\"a\"b,c", "\"a\"b", "c"),
        ("init,1,3,10,t,\"quoted, title\"", "t", "\"quoted, title\""),
        ("init,1,3,10, t ,\u{A0}a  b\u{FEFF}", "t", "a  b"),
    ])
    func readsTopicsAndTitles(line: String, topic: String, title: String) throws {
        let book = try BookLine.parse(line[...])
        #expect(book.topic == topic)
        #expect(book.title == title)
    }

    @Test func writesDefaultBooksAsInTheContract() {
        #expect(
            Book.defaults.map(BookLine.text) == [
                "init,1,3,10,distributed systems,How to get a good grade in 677 in 20 minutes a day",
                "init,2,3,20,distributed systems,RPCs for Dummies",
                "init,3,3,5,graduate school,Xen and the Art of Surviving Graduate School",
                "init,4,3,15,graduate school,Cooking for the Impatient Graduate Student",
            ])
    }

    @Test(arguments: [
        ("", "expected init"), ("init", "expected init"), ("init,1,3,10", "expected init"),
        ("update,1,3,10,t,x", "expected init"), ("INIT,1,3,10,t,x", "expected init"),
        (" init,1,3,10,t,x", "expected init"), ("init\u{301},1,3,10,t,x", "expected init"),
        ("init,0,3,10,t,x", "item_number '0'"), ("init,-1,3,10,t,x", "item_number '-1'"),
        ("init,01,3,10,t,x", "item_number '01'"), ("init,,3,10,t,x", "item_number ''"),
        ("init, 1,3,10,t,x", "item_number ' 1'"), ("init,1,-3,10,t,x", "stock '-3'"),
        ("init,1,+3,10,t,x", "stock '+3'"), ("init,1,3.0,10,t,x", "stock '3.0'"),
        ("init,1,,10,t,x", "stock ''"),
        ("init,1,1000000000001,10,t,x", "stock '1000000000001'"),
        ("init,1,99999999999999999999,10,t,x", "stock '99999999999999999999'"),
        ("init,1,3,-10,t,x", "cost '-10'"), ("init,1,3,na,t,x", "cost 'na'"),
        ("init,1,3,1.234,t,x", "cost '1.234'"),
        ("init,1,3,10,t", "the title is missing"), ("init,1,3,10,", "the title is missing"),
        ("init,1,3,10,t, ", "the title is empty"), ("init,1,3,10,\u{200B},x", "the topic is empty"),
        ("init,1,3,10,t,a\u{202E}b", "the title holds a control character that turns"),
        ("init,1,3,10,t,", "the title is empty"), ("init,1,3,10,,x", "the topic is empty"),
        ("init,1,3,10,t,a\rb", "the title holds a control character or line break"),
        ("init,1,3,10,t\tt,x", "the topic holds a control character or line break"),
        ("init,1,3,10,t,a\u{2028}b", "the title holds a control character or line break"),
    ])
    func saysWhatIsWrong(line: String, reason: String) throws {
        let fault = #expect(throws: LineFault.self) { try BookLine.parse(line[...]) }
        #expect(fault?.reason.hasPrefix(reason) == true, "\(String(describing: fault))")
    }

    @Test func hasBounds() throws {
        let longestTopic = String(repeating: "t", count: ShopText.topicByteCountMax)
        let longestTitle = String(repeating: "ü", count: ShopText.titleByteCountMax / 2)
        let largest = "init,999999999999999999,1000000000000,9999999999.99,\(longestTopic),\(longestTitle)"
        #expect(BookLine.text(try BookLine.parse(largest[...])) == largest)
        for tooLong in ["init,1,3,10,\(longestTopic)t,x", "init,1,3,10,t,\(longestTitle)ü"] {
            let fault = #expect(throws: LineFault.self) { try BookLine.parse(tooLong[...]) }
            #expect(fault?.reason.contains("is longer than") == true)
        }
    }

    @Test func faultsAreNamedByFileAndLine() {
        #expect(FileFault(path: "books", line: 3, reason: "is odd").description == "books:3: is odd")
        #expect(FileFault(path: "books", reason: "is odd").description == "books: is odd")
    }
}

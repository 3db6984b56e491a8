import Model
import Testing

@Suite struct ISBNTests {
    @Test(arguments: [
        ("9780140449136", "9780140449136"), ("978-0-14-044913-6", "9780140449136"),
        ("0-14-044913-2", "9780140449136"), ("0 14 044913 2", "9780140449136"),
        ("080442957X", "9780804429573"), ("0-8044-2957-x", "9780804429573"),
        ("978\u{2010}0\u{2013}14\u{2011}044913\u{2010}6", "9780140449136"),
        ("979-10-90636-07-1", "9791090636071"),
    ])
    func reads(text: String, digits: String) throws {
        #expect(try ISBN(checking: text).description == digits)
    }

    @Test(arguments: [
        ("9780140449135", "its last one would be 6"), ("0140449130", "its last one would be 2"),
        ("0804429571", "its last one would be X"), ("9.78E+12", "format the column as text"),
        ("9,78014E+12", "format the column as text"), ("978014044913", "has 12 digits"), ("", "has 0 digits"),
        ("978014044913X", "has an X"), ("1234567890123", "neither with 978 nor with 979"),
        ("X780140449136", "other characters"), ("978014O449136", "other characters"),
    ])
    func refuses(text: String, reason: String) {
        let fault = #expect(throws: LineFault.self) { try ISBN(checking: text) }
        #expect(fault?.reason.contains(reason) == true, "\(fault?.reason ?? "")")
    }

    /// One wrong digit never passes, wherever it is.
    @Test func noticesEachWrongDigit() throws {
        let right = Array("9780140449136".utf8)
        for place in right.indices.dropFirst(3) {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != right[place] {
                var wrong = right
                wrong[place] = digit
                #expect(ISBN(parsing: String(decoding: wrong, as: UTF8.self)) == nil)
            }
        }
    }
}

@Suite struct BookFactTests {
    @Test(arguments: [
        (BookFact.authors, " Leo Tolstoy ;Aylmer Maude; ", "Leo Tolstoy; Aylmer Maude"),
        (.published, "1869", "1869"), (.published, "2024-02-29", "2024-02-29"), (.language, "pt-BR", "pt-BR"),
        (.publisher, " Penguin\u{A0}", "Penguin"),
        (.description, "\r\n One <b>two</b>.\r\n\r\n\r\nThree.\n\n", "One <b>two</b>.\n\nThree."),
        (.isbn, "0-14-044913-2", "9780140449136"),
    ])
    func keeps(fact: BookFact, text: String, kept: String) throws { #expect(try fact.kept(text) == kept) }

    @Test(arguments: [
        (BookFact.authors, " ; "), (.published, "69"), (.published, "2023-02-29"), (.published, "1869-13"),
        (.published, "1869-1-1"), (.language, "english language"), (.language, "e"), (.publisher, "a\nb"),
        (.description, " \n"), (.description, "a\u{202E}b"), (.cover, "cover.png"),
        (.description, String(repeating: "x", count: 8193)),
    ])
    func refuses(fact: BookFact, text: String) {
        #expect(throws: LineFault.self) { try fact.kept(text) }
    }
}

@Suite struct BookFactsTests {
    private func item() throws -> ItemNumber { try #require(ItemNumber(7)) }

    @Test func readsBackItsJSON() throws {
        let facts = BookFacts([
            .authors: "A \"B\"; C", .description: "One\n\ntwo \\ three", .isbn: "9780140449136",
        ])
        #expect(
            facts.json
                == #"{"isbn":"9780140449136","authors":["A \"B\"","C"],"description":"One\n\ntwo \\ three"}"#)
        #expect(try BookFacts(JSONReader.value(in: Array(facts.json.utf8))) == facts)
    }

    @Test func readsBackAnEditsLine() throws {
        let edit = BookEdit(
            item: try item(), title: "War, and\u{2028}\"Peace\"", topic: "novels",
            facts: [.isbn: nil, .authors: "Leo Tolstoy", .description: "a\nb"])
        #expect(!edit.logLine.contains("\n"))
        #expect(edit.logLine.hasPrefix(#"edit,7,{"title":"#))
        #expect(try BookEdit(logged: edit.logLine[...]) == edit)
    }

    @Test(arguments: ["edit,7", "edit,x,{}", "edit,7,{", "edit,0,{}", "retire,7", "edit,7,{\"a\":1,\"a\":2}"])
    func refusesALineThatIsNone(line: String) {
        #expect(throws: LineFault.self) { try BookEdit(logged: line[...]) }
    }

    @Test func leavesOutWhatIsSoAlready() throws {
        let book = Book(
            item: try item(), title: "Caf\u{E9}", topic: "t", price: try #require(Cents(1)), stock: 0)
        let edit = BookEdit(
            item: book.item, title: "Cafe\u{301}", topic: "t",
            facts: [.isbn: nil, .language: "en", .publisher: "P"])
        let difference = edit.difference(from: book, BookFacts([.language: "en", .publisher: "Q"]))
        #expect(difference == BookEdit(item: book.item, title: "Cafe\u{301}", facts: [.publisher: "P"]))
        #expect(difference.isPart(of: edit))
        #expect(!edit.isPart(of: difference))
        #expect(
            BookFacts([.publisher: "Q"]).applying([.publisher: nil, .language: "de"])
                == BookFacts([.language: "de"]))
    }
}

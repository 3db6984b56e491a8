import Model
import Testing

@Suite struct CSVRecordsTests {
    private func read(_ text: String) -> [String] {
        CSVRecords(text).map { record in
            switch record.fields {
            case .success(let fields): "\(record.line): \(fields)"
            case .failure(let fault): "\(record.line): \(fault.reason.prefix(25))"
            }
        }
    }

    @Test(arguments: [
        ("", []), ("\n\r\n", []), ("a,b", [#"1: ["a", "b"]"#]),
        ("a,b\r\nc,d\r\n", [#"1: ["a", "b"]"#, #"2: ["c", "d"]"#]),
        ("\u{FEFF}a\n\n b ,\n", [#"1: ["a"]"#, #"3: [" b ", ""]"#]),
        ("\"a,\"\"b\"\"\",c\n", [#"1: ["a,\"b\"", "c"]"#]), ("\"\",\"\"", [#"1: ["", ""]"#]),
        ("\"two\nlines\",x\ny\n", [#"1: ["two\nlines", "x"]"#, #"3: ["y"]"#]),
        ("a\"b,c\nd\n", ["1: a quote stands inside a f", #"2: ["d"]"#]),
        ("\"a\"b,c\nd\n", ["1: text follows the closing ", #"2: ["d"]"#]),
        ("x\n\"open\ny\n", [#"1: ["x"]"#, "2: the quote that opens a fi"]),
        ("a\rb,c", [#"1: ["a\rb", "c"]"#]), ("ü,日本\n", [#"1: ["ü", "日本"]"#]),
    ]) func readsAndTellsWhatIsWrong(text: String, records: [String]) {
        #expect(read(text) == records)
    }

    @Test(arguments: [
        ["a", "b"], ["", ""], ["a,b", "\"", "\"\"", "two\nlines", " blank ", "\r"], ["ü", "日本"],
    ]) func whatIsWrittenReadsBack(fields: [String]) throws {
        let text = CSVRecords.text(fields)
        #expect(text.hasSuffix("\r\n"))
        let records = Array(CSVRecords(text))
        #expect(records.count == 1)
        #expect(try records.first?.fields.get() == fields)
    }
}

@Suite struct BooksTableTests {
    @Test func readsColumnsInAnyOrder() throws {
        let table = try BooksTable(header: ["title", "item_number", " stock", "cost ", "topic"])
        let book = try table.book(["A, B", "7", "3", "12.5", "t"])
        #expect(book.item.value == 7 && book.title == "A, B" && book.price.amount == 12_50 && book.stock == 3)
        #expect(BooksTable.text(book) == "7,\"A, B\",t,12.50,3\r\n")
    }

    @Test(arguments: [
        (["item_number", "title", "topic", "cost"], "'stock' is missing"),
        (["item_number", "title", "topic", "price", "stock"], "unknown column 'price'"),
        (["item_number", "title", "topic", "cost", "stock", "stock"], "twice"), ([""], "unknown column ''"),
    ]) func refusesOtherHeaders(header: [String], words: String) {
        let fault = #expect(throws: LineFault.self) { _ = try BooksTable(header: header) }
        #expect(fault?.reason.contains(words) == true, "\(fault?.reason ?? "none")")
    }

    @Test(arguments: [
        (["1", "T", "t", "1"], "has 4 fields"), (["0", "T", "t", "1", "1"], "item_number '0'"),
        (["1", "", "t", "1", "1"], "the title is empty"),
        (["1", "T\u{1}", "t", "1", "1"], "the title holds"),
        (["1", "T", "", "1", "1"], "the topic is empty"), (["1", "T", "t", "1.234", "1"], "cost '1.234'"),
        (["1", "T", "t", "1", "-1"], "stock '-1'"), (["1", "T", "t", "1", "9999999999999"], "stock '9"),
    ]) func saysWhatIsWrongWithARow(fields: [String], words: String) throws {
        let table = try BooksTable(header: BooksTable.columns)
        let fault = #expect(throws: LineFault.self) { _ = try table.book(fields) }
        #expect(fault?.reason.contains(words) == true, "\(fault?.reason ?? "none")")
    }
}

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

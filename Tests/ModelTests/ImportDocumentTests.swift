import Foundation
import Model
import Testing

/// Files of books as wholesalers and spreadsheets write them.
@Suite struct ImportDocumentTests {
    private func read(
        _ text: String, as encoding: String.Encoding = .utf8, mark: [UInt8] = [],
        _ set: (inout ImportOptions) -> Void = { _ in }
    ) throws -> ImportDocument {
        var options = ImportOptions()
        set(&options)
        return try ImportDocument(mark + Array(try #require(text.data(using: encoding))), options)
    }

    private func row(_ document: ImportDocument, _ index: Int = 0) throws -> ImportRow {
        try #require(
            document.rows.indices.contains(index) ? document.rows[index] : nil, "\(document.refused)")
    }

    private func fault(_ bytes: [UInt8], _ options: ImportOptions = ImportOptions()) -> String {
        let fault = #expect(throws: LineFault.self) { try ImportDocument(bytes, options) }
        return fault?.reason ?? ""
    }

    @Test func namesWhatIsNoTable() {
        #expect(fault([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0]).contains("image (png)"))
        #expect(fault([0xFF, 0xD8, 0xFF, 0xE0]).contains("image (jpeg)"))
        #expect(fault([0x1F, 0x8B, 8, 0]).contains("gzip"))
        #expect(fault(Array("PK".utf8) + [3, 4]).contains(".xlsx"))
        #expect(fault(Array("%PDF-1.7".utf8)).contains("PDF"))
    }

    /// A German Excel: semicolons, a decimal comma, Windows-1252, empty rows, a separator too many.
    @Test func readsASpreadsheetsExport() throws {
        let text = """
            ISBN-13;Titel;Autor(en);Verlag;Erscheinungsjahr;Preis (€);Bestand;Sachgebiet;\r
            978-3-15-000001-4;Faust – Der Tragödie erster Teil;"Goethe; Schiller";Reclam;1808;3,60 €;12;Drama;\r
            ;;;;;;;;\r
            9783150000731;"Die ""Räuber"";;";Schiller;;;1.234,50;;Drama;\r
            \r\n
            """
        let document = try read(text, as: .windowsCP1252)
        #expect(document.encoding == .windows1252 && document.refused.count == 0, "\(document.refused)")
        #expect(document.rows.map(\.line) == [2, 4])
        let faust = try row(document)
        #expect(faust.title == "Faust – Der Tragödie erster Teil" && faust.price?.amount == 3_60)
        #expect(faust.stock == 12 && faust.topic == "Drama" && faust.item == nil)
        #expect(faust.facts.authors == ["Goethe", "Schiller"] && faust.facts[.isbn] == "9783150000014")
        #expect(faust.facts[.published] == "1808" && faust.facts[.publisher] == "Reclam")
        let second = try row(document, 1)
        #expect(second.title == "Die \"Räuber\";;" && second.price?.amount == 1_234_50 && second.stock == nil)
        #expect(document.columns?.unknown == [])
    }

    @Test func readsEachEncoding() throws {
        let text = "Title\tPrice\tTopic\r\nÉtude 日本\t9.99\tmusic\r\n"
        let ways: [(String.Encoding, [UInt8], TextEncoding)] = [
            (.utf8, [], .utf8), (.utf8, [0xEF, 0xBB, 0xBF], .utf8),
            (.utf16LittleEndian, [0xFF, 0xFE], .utf16),
            (.utf16BigEndian, [0xFE, 0xFF], .utf16),
        ]
        for (encoding, mark, name) in ways {
            let document = try read(text, as: encoding, mark: mark)
            #expect(document.encoding == name)
            #expect(try row(document).title == "Étude 日本" && row(document).price?.amount == 9_99)
        }
    }

    /// One broken line leaves the letters of the others alone.
    @Test func namesLinesThatAreNotUTF8() throws {
        var bytes = Array("title,topic,cost\nÜber alles,t,1\n".utf8)
        bytes +=
            Array("Caf".utf8) + [0xE9] + Array(",t,1\nPlain,t,1\n\"Two\nlines ".utf8) + [0xFC]
            + Array("\",t,1\n".utf8)
        let document = try ImportDocument(bytes, ImportOptions())
        #expect(document.rows.map(\.title) == ["Über alles", "Plain"])
        #expect(document.refused.named.map(\.line) == [3, 5])
        #expect(document.refused.named[0].reason.contains("save the file as UTF-8"))
    }

    @Test func refusesBytesThatWindowsHasNoLetterFor() throws {
        let bytes =
            Array("title,topic\nCaf".utf8) + [0xE9] + Array(",t\nBad ".utf8) + [0x81] + Array(",t\n".utf8)
        let document = try ImportDocument(bytes, ImportOptions())
        #expect(document.rows.map(\.title) == ["Café"] && document.refused.named.map(\.line) == [3])
    }

    @Test(arguments: ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\n"]) func takesASeparatorLine(line: String) throws {
        let document = try read(line + "TITLE;A,B,C,D;COST\nOne;x;2,5\n")
        #expect(try row(document).line == 3 && row(document).price?.amount == 2_50)
        #expect(document.columns?.unknown == ["A,B,C,D"])
    }

    @Test func readsHeadersInCapitalsWithATrailingComma() throws {
        let document = try read(
            "NUMBER,BOOK TITLE,AUTHOR(S),QTY,PRICE,CATEGORY,\n7,Seven,A,3,$5,t,\n8,Eight,B,4,6,u\n")
        #expect(document.refused.count == 0 && document.rows.map(\.item?.value) == [7, 8])
        #expect(try row(document).stock == 3 && row(document, 1).facts.authors == ["B"])
    }

    @Test func leavesUnknownColumnsOutByName() throws {
        let text = "Title,Shelf,ISBN-10,ISBN,,Topic,Note\nOne,A7,0140449132,9780140449136,x,t,\"a, b\"\n"
        let document = try read(text)
        #expect(document.columns?.unknown == ["Shelf", "ISBN-10", "Note"])
        #expect(try row(document).facts[.isbn] == "9780140449136")
        #expect(document.columns?.columns[4].header == "column 5")
        var options = ImportOptions()
        options.unknown = .refuse
        #expect(
            fault(Array(text.utf8), options).hasPrefix(
                "line 1: unknown columns: 'Shelf', 'ISBN-10', 'Note'; the"))
    }

    @Test func takesAMappingThatAPersonGives() throws {
        let text = "Bez,EK,Price,Shelf\nOne,1.50,2.50,gardening\n"
        let said: (inout ImportOptions) -> Void = {
            $0.mapping.set(.title, for: "Bez")
            $0.mapping.set(.price, for: " EK ")
            $0.mapping.set(.topic, for: "Shelf")
        }
        let document = try read(text, said)
        #expect(try row(document).title == "One" && row(document).price?.amount == 1_50)
        #expect(try row(document).topic == "gardening" && document.columns?.unknown == ["Price"])
        let mapping = try ImportMapping(json: #"{"Bez":"title","EK":"cost","Shelf":"topic","Price":null}"#)
        #expect(try ImportMapping(json: mapping.json) == mapping)
        // What is left out on purpose is not unknown, and a mapping that is known of a header is taken by itself.
        var asked: [String] = []
        let again = try ImportDocument(
            Array(text.utf8), ImportOptions(),
            known: {
                asked.append($0)
                return mapping
            })
        #expect(try again.columns?.unknown == [] && row(again).price?.amount == 1_50)
        #expect(asked == ["Bez\u{1F}EK\u{1F}Price\u{1F}Shelf"])
        var options = ImportOptions()
        options.mapping.set(.price, for: "Cost")
        #expect(fault(Array(text.utf8), options).contains("there is no column 'Cost'"))
        options.mapping = ImportMapping()
        options.mapping.set(.price, for: "Bez")
        options.mapping.set(.price, for: "EK")
        #expect(fault(Array(text.utf8), options).contains("both hold the cost"))
    }

    @Test(arguments: [
        ("[]", "no JSON object"), ("{", "byte"), (#"{"a":1}"#, "neither a name nor null"),
        (#"{"a":"weight"}"#, "'weight' is no column"),
    ]) func saysWhatIsWrongWithAMapping(json: String, reason: String) {
        let fault = #expect(throws: LineFault.self) { try ImportMapping(json: json) }
        #expect(fault?.reason.contains(reason) == true, "\(fault?.reason ?? "")")
    }

    @Test(arguments: [
        ("Preis", "9,999,x", nil as Int64?, "cost '9,999,x'"),
        ("Preis", "1,234", nil, "three digits after its comma"),
        ("Preis", "1.234", nil, "three digits after its point"), ("Price", "12,50", 12_50, ""),
        ("Price", "EUR 1.234.567,8", 1_234_567_80, ""), ("Price", "£ 1,234.50", 1_234_50, ""),
        ("Price", "1 234,50 €", 1_234_50, ""), ("Price", "1'234.50 CHF", 1_234_50, ""),
        ("Price", "1,234,567", 1_234_567_00, ""), ("Price", "12 50", nil, "cost '12 50'"),
        ("Price", "-1", nil, "cost '-1'"), ("Price", "free", nil, "cost 'free'"),
        ("Price", ",50", nil, "cost ',50'"),
    ]) func readsAmounts(header: String, cell: String, cents: Int64?, reason: String) throws {
        let document = try read("Title;\(header)\nOne;\(cell)\n")
        if let cents { #expect(try row(document).price?.amount == cents) }
        guard cents == nil else { return }
        let refused = try #require(document.refused.named.first)
        #expect(
            refused.line == 2 && refused.column == header && refused.reason.contains(reason),
            "\(refused.reason)")
    }

    @Test(arguments: [
        ("ISBN", "9.78E+12", "format the column as text"),
        ("EAN", "9,78014E+12", "format the column as text"),
        ("ISBN", "9780140449135", "its last one would be 6"), ("Number", "07", "item_number '07'"),
        ("Qty", "-1", "stock '-1'"), ("Year", "'69", "published ''69'"),
        ("Language", "Klingon language", "language"),
        ("Topic", "a\u{202E}b", "the topic holds"),
    ]) func namesLineColumnAndRemedy(header: String, cell: String, reason: String) throws {
        let document = try read("Title;\(header)\n\nGood;\nOne;\(cell)\n")
        let refused = try #require(document.refused.named.first)
        #expect(document.rows.count == 1 && refused.line == 4 && refused.column == header)
        #expect(refused.reason.contains(reason), "\(refused.reason)")
    }

    @Test func addsAndTakesAwayStockWhereAsked() throws {
        let document = try read("isbn,stock\n9780140449136,-3\n9783150000014,4\n") { $0.stock = .add }
        #expect(document.rows.map(\.stock) == [-3, 4])
    }

    @Test func refusesRowsOfOneBook() throws {
        let document = try read(
            """
            number,isbn,title
            1,,One
            1,,Again
            ,9780140449136,By ISBN
            ,0140449132,Again
            2,9780140449136,Again
            3,9783150000014,Three
            4,9783150000014,Another edition
            ,,
            ,,Untold
            """)
        #expect(document.refused.named.map(\.line) == [3, 5, 6])
        #expect(document.rows.map(\.line) == [2, 4, 7, 8, 10])
    }

    @Test(arguments: [
        ("", "has no header row"), ("\n\n", "has no header row"), ("title,topic\n", "has no books in it"),
        ("1,A book without a header,t\n", "line 1: no column tells which book"),
        ("title,title\n", "a column is there twice"), ("title\rA\r", "carriage returns alone"),
        ("PK\u{3}\u{4}rest", "save its sheet as CSV"), ("%PDF-1.7", "ask its sender"),
        ("t\u{0}i\u{0}", "16 bits without the mark"),
    ]) func refusesFilesThatAreNoTable(text: String, reason: String) {
        let words = fault(Array(text.utf8))
        #expect(words.contains(reason), "\(words)")
    }

    @Test func readsCatalogFiles() throws {
        let document = try read(
            "# comment\ninit,7,1,2.50,t,Seven, and more\ninit,x,1,1,t,X\ninit,7,1,1,t,Again\n")
        #expect(document.columns == nil && document.refused.named.map(\.line) == [3, 4])
        let seven = try row(document)
        #expect(seven.item?.value == 7 && seven.title == "Seven, and more" && seven.facts.isEmpty)
    }

    @Test func reportsProgress() throws {
        var told: [Int] = []
        let rows = (1...10_000).map { "A title,t,\($0)\n" }.joined()
        _ = try ImportDocument(
            Array("title,topic,cost\n\(rows)".utf8), ImportOptions(), progress: { told.append($0) })
        #expect(told == [4_097, 8_193])
    }
}

@Suite struct CellGuardTests {
    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@A1", "'@A1"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        (" =1", "' =1"), ("'=1", "''=1"), ("'tis", "'tis"), ("a=b", "a=b"), ("a;=b", "a;'=b"),
        ("a; =b", "a;' =b"),
        ("One\n=two", "One\n'=two"), ("\u{FF1D}1", "'\u{FF1D}1"), ("", ""), ("日本", "日本"),
    ]) func guards(text: String, cell: String) {
        #expect(CellGuard.guarded(text) == cell)
        #expect(CellGuard.unguarded(cell) == text)
    }

    /// All short texts of the letters that matter survive, and none is left to run.
    @Test func isUnambiguous() {
        let letters = ["'", "=", "-", "\t", " ", ";", "\n", "a", "\u{FF0B}"]
        var texts = [""]
        for _ in 1...5 { texts += texts.flatMap { text in letters.map { text + $0 } }.suffix(60_000) }
        for text in texts {
            let cell = CellGuard.guarded(text)
            guard CellGuard.unguarded(cell).utf8.elementsEqual(text.utf8) else {
                Issue.record("\(text.debugDescription) became \(cell.debugDescription)")
                return
            }
            let first = cell.split { $0 == ";" || $0 == "\n" }.map { $0.drop { $0 == " " }.first }
            guard !first.contains(where: { $0.map { "=-\t\u{FF0B}".contains($0) } ?? false }) else {
                Issue.record("\(cell.debugDescription) would be run")
                return
            }
        }
    }
}

@Suite struct BooksExportTests {
    private static let nasty = [
        "=HYPERLINK(\"http://x\")", "'=1", "''+1", "-5", "@x", "a,b;c\td\"e", "\"quoted\"", "'tis", "sep=;",
        "init,1",
        "日本 – Étude", "a;=b", "; -x", "1.5", "9.78E+12", "TRUE", "\u{FF1D}1", "x'", "#", "\u{FEFF}x", "'",
        "= \"",
    ]

    /// Whatever the texts are, what is exported reads back as it was.
    @Test(arguments: [false, true]) func readsBackUnchanged(forSpreadsheets: Bool) throws {
        var random = SystemRandomNumberGenerator()
        let export = BooksExport(forSpreadsheets: forSpreadsheets)
        var (books, text): ([(Book, BookFacts)], String) = ([], export.header)
        for number in 1...2_000 as ClosedRange<Int64> {
            let some = { (separator: String) in
                ShopText.kept(
                    (0...Int.random(in: 0...2, using: &random)).map { _ in Self.nasty.randomElement() ?? "" }
                        .joined(separator: separator))
            }
            let one = { (separator: String) in
                let text = some(separator).replacing("\t", with: " ")
                return text
            }
            var facts: [BookFact: String] = [:]
            if Bool.random() { facts[.isbn] = "9780140449136" }
            if Bool.random() { facts[.authors] = try? BookFact.authors.kept(one("; ")) }
            if Bool.random() { facts[.publisher] = one(" ") }
            if Bool.random() { facts[.published] = "1869-03" }
            if Bool.random() { facts[.language] = "pt-BR" }
            if Bool.random() { facts[.description] = try BookFact.description.kept(one("\n")) }
            if Bool.random() { facts[.cover] = String(repeating: "a", count: 64) }
            let book = Book(
                item: try #require(ItemNumber(number)), title: one(" "), topic: one(""),
                price: try #require(Cents(.random(in: 0...Cents.amountMax))),
                stock: .random(in: 0...Book.stockMax))
            books.append((book, BookFacts(facts)))
            text += export.record(book, BookFacts(facts))
        }
        #expect(text.hasPrefix("\u{FEFF}") == forSpreadsheets)
        // Two books with one ISBN have numbers.
        let document = try ImportDocument(Array(text.utf8), ImportOptions())
        #expect(document.refused.count == 0, "\(document.refused.named.prefix(3))")
        #expect(
            document.columns?.columns.map(\.field) == BookColumn.allCases
                && document.rows.count == books.count)
        for (row, (book, facts)) in zip(document.rows, books) {
            guard row.item == book.item, row.title == book.title, row.topic == book.topic,
                row.price == book.price,
                row.stock == book.stock, row.facts == facts
            else {
                Issue.record("\(row) is not \(book) \(facts)")
                return
            }
        }
    }

    @Test func keepsISBNsFromBeingRounded() throws {
        let book = try #require(Book.defaults.first)
        let facts = BookFacts([.isbn: "9780140449136"])
        #expect(BooksExport(forSpreadsheets: true).record(book, facts).contains(",978-0140449136,"))
        #expect(BooksExport().record(book, facts).contains(",9780140449136,"))
    }
}

import Model
import Testing

@Suite struct ShownTextTests {
    @Test(arguments: [
        ("plain 'text' \\ ~", "plain 'text' \\ ~"), ("Crème brûlée für 日本 👩‍🚀", "Crème brûlée für 日本 👩‍🚀"),
        ("\u{1B}[2J\u{7}", "\\u{1B}[2J\\u{7}"), ("a\r\nb\tc", "a\\u{D}\\u{A}b\\u{9}c"),
        ("\u{9B}31m", "\\u{9B}31m"), ("\u{202E}live\u{2066}", "\\u{202E}live\\u{2066}"),
        ("\u{FEFF}\u{200B}\u{7F}\0", "\\u{FEFF}\\u{200B}\\u{7F}\\u{0}"),
    ])
    func escapesWhatATerminalWouldObey(text: String, shown: String) {
        #expect(ShownText.escaped(text) == shown)
    }

    @Test func truncatesLongText() {
        let count = ShownText.quotedScalarCountMax
        let long = String(repeating: "x", count: count)
        #expect(ShownText.quoted(long) == "'\(long)'")
        #expect(ShownText.quoted(long + "y") == "'\(long)…'")
        #expect(ShownText.quoted(String(repeating: "\u{1B}", count: 1_000_000)).count < 6 * (count + 1))
        #expect(ShownText.lines("a\u{1B}\n\nb\r").split(separator: "\n").count == 2)
        #expect(ShownText.lines("a\u{1B}\n\nb\r") == "a\\u{1B}\n\nb\\u{D}")
        let line = String(repeating: "z", count: ShownText.lineScalarCountMax)
        #expect(ShownText.lines("\(line)z\n\(line)") == "\(line)…\n\(line)")
    }

    @Test func fileFaultsEscapeWhatTheyQuote() {
        #expect {
            try ServerConfig(parsing: "front\u{1B}[31mend,127.0.0.1:1\n", path: "config")
        } throws: {
            "\($0)".contains("front\\u{1B}[31mend") && !"\($0)".contains("\u{1B}")
        }
        let long = String(repeating: "9", count: 100_000)
        for line in ["init,\u{1B}]0;x\u{7},1,1,t,T", "init,\(long),1,1,t,T", "init,1,\(long),1,t,T"] {
            #expect {
                try BookLine.parse(Substring(line))
            } throws: {
                "\($0)".utf8.count < 600 && "\($0)".hasSuffix("\(ItemNumber.valueMax)")
                    || "\($0)".hasSuffix("\(Book.stockMax)") && !"\($0)".contains("\u{1B}")
            }
        }
        #expect {
            try ImportDocument(Array("shelf,ti\u{1B}tles\n".utf8), ImportOptions())
        } throws: {
            "\($0)".contains("'ti\\u{1B}tles'")
        }
    }
}

import Foundation
import Model
import Testing

@Suite struct JSONTextTests {
    @Test func escapesAsTheStandardRequires() {
        #expect(JSONText.quoted("plain") == #""plain""#)
        #expect(JSONText.quoted("") == #""""#)
        #expect(JSONText.quoted("a\"b\\c") == #""a\"b\\c""#)
        #expect(JSONText.quoted("\n\r\t\u{0}\u{1F}\u{7F}") == "\"\\n\\r\\t\\u0000\\u001f\u{7F}\"")
        #expect(JSONText.quoted("ü 日本 📚 e\u{301} /") == "\"ü 日本 📚 e\u{301} /\"")
    }

    @Test func everyCharacterReadsBack() throws {
        var text = ""
        for value in UInt32(0)...0x2FF { text.unicodeScalars.append(try #require(Unicode.Scalar(value))) }
        text += "\u{2028}\u{2029}\u{FEFF}\u{1F4DA}"
        let read = try JSONDecoder().decode([String].self, from: Data("[\(JSONText.quoted(text))]".utf8))
        #expect(read.map { Array($0.utf8) } == [Array(text.utf8)])
    }

    @Test func appendsToWhatIsThere() {
        var bytes = Array("x".utf8)
        JSONText.appendEscaped("\"", to: &bytes)
        #expect(bytes == Array(#"x\""#.utf8))
    }
}

import Foundation
import Logging
import Model
import Testing

@testable import Monitoring

/// The servers' own logs: each event is one line of printable text.
@Suite struct ServerLogTests {
    private static let hostile =
        "GET /a\u{1B}[2J\u{1B}]0;x\u{7}\r\n2026-01-01T00:00:00Z notice catalog: forged\u{9B}31m\u{202E}\u{2028}\u{200B}\u{0}"

    private func line(_ format: LogFormat, message: String, value: String) -> String {
        ServerLog(label: "catalog", level: .trace, format: format).line(
            time: "T", level: .warning, message: message, fields: [("path", .string(value))])
    }

    @Test func textEscapesUnprintableCharacters() {
        let line = line(.text, message: Self.hostile, value: Self.hostile)
        let escaped =
            #"GET /a\u{1B}[2J\u{1B}]0;x\u{7}\u{D}\u{A}2026-01-01T00:00:00Z notice catalog: forged\u{9B}31m\u{202E}\u{2028}\u{200B}\u{0}"#
        #expect(line == "T warning catalog: \(escaped) path=\(escaped)")
    }

    @Test func jsonEscapesUnprintableCharacters() throws {
        let line = line(.json, message: Self.hostile, value: Self.hostile)
        #expect(line.unicodeScalars.allSatisfy { (0x20..<0x7F).contains($0.value) })
        let read = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(read["message"] == Self.hostile && read["path"] == Self.hostile)
    }

    @Test func keepsLettersOfEveryScript() {
        let text = "Café 日本 📚 \"quoted\" C:\\x é"
        #expect(line(.text, message: text, value: "1") == "T warning catalog: \(text) path=1")
        #expect(ShownText.escaped("\u{E000}\u{10FFFF}") == #"\u{E000}\u{10FFFF}"#)
        #expect(ShownText.escapedJSON("\u{E0001}") == #"\udb40\udc01"#)
    }

    @Test func longTextIsCut() {
        let line = line(.text, message: String(repeating: "a", count: 100_000), value: "")
        #expect(line.utf8.count < 10_000 && line.contains("a… path="))
    }
}

/// Cells that no spreadsheet takes for a formula.
///
/// Spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return, also behind blanks, and in
/// their wide forms. Such a cell gets an apostrophe in front. So does one that looks guarded already, so that the way
/// back is unambiguous. A semicolon or line feed inside a cell begins another one where a spreadsheet expects
/// semicolons between cells, and what follows it is guarded alike.
package enum CellGuard {
    /// The text of a cell, guarded.
    package static func guarded(_ text: String) -> String {
        guard text.utf8.contains(where: isSuspect) else { return text }
        return eachPart(of: text) { part, cell in
            if looksRun(part) { cell.append(apostrophe) }
            cell.append(contentsOf: part)
        }
    }

    /// The text of a guarded cell.
    package static func unguarded(_ cell: String) -> String {
        guard cell.utf8.contains(apostrophe) else { return cell }
        return eachPart(of: cell) { part, text in
            let isGuarded = part.first == apostrophe && looksRun(part.dropFirst())
            text.append(contentsOf: isGuarded ? part.dropFirst() : part)
        }
    }

    private static let apostrophe = UInt8(ascii: "'")
    private static let triggers = Array("=+-@\t\r".utf8)
    /// `＝`, `＋`, `－` and `＠`.
    private static let wideTriggers = ["\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].map { Array($0.utf8) }

    private static func isSuspect(_ byte: UInt8) -> Bool { triggers.contains(byte) || byte == 0xEF }

    /// Whether it would be run behind apostrophes and blanks.
    private static func looksRun(_ part: ArraySlice<UInt8>) -> Bool {
        let rest = part.drop { $0 == apostrophe }.drop { $0 == UInt8(ascii: " ") }
        guard let first = rest.first else { return false }
        return triggers.contains(first) || wideTriggers.contains { rest.starts(with: $0) }
    }

    private static func eachPart(
        of text: String, _ body: (ArraySlice<UInt8>, inout [UInt8]) -> Void
    ) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == 0x3B || bytes[end] == 0x0A {
            body(bytes[start..<end], &result)
            if end < bytes.count { result.append(bytes[end]) }
            start = end + 1
        }
        return String(decoding: result, as: UTF8.self)
    }
}

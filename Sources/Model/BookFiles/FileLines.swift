/// The meaningful lines of a text file with their numbers from 1: blank lines and `#` comments are
/// skipped, a byte-order mark and carriage returns at line ends are dropped.
package struct FileLines: Sequence, IteratorProtocol {
    private var rest: Substring
    private var number = 0

    /// Lines of `text`.
    package init(_ text: String) {
        rest = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    }

    /// The next meaningful line, without its line break.
    package mutating func next() -> (number: Int, line: Substring)? {
        while !rest.isEmpty {
            let end = rest.utf8.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            var line = rest[..<end]
            rest = end == rest.endIndex ? "" : rest[rest.utf8.index(after: end)...]
            if line.utf8.last == UInt8(ascii: "\r") { line = Substring(line.unicodeScalars.dropLast()) }
            number += 1
            if line.utf8.first == UInt8(ascii: "#") || line.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
                continue
            }
            return (number, line)
        }
        return nil
    }
}

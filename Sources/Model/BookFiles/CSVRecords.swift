/// The records of comma-separated text (RFC 4180), or of text with another separator, with the lines on which they begin.
///
/// Line breaks may be CRLF or LF, blank lines are passed over, and a byte-order mark is dropped. A record that
/// is malformed is reported as an error, and reading goes on with the next line.
package struct CSVRecords: Sequence, IteratorProtocol {
    /// A record or what is wrong with it.
    package struct Record: Sendable {
        /// The line on which it begins, from 1.
        package let line: Int
        /// The fields, or the fault.
        package let fields: Result<[String], LineFault>
    }

    package static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private let bytes: [UInt8]
    private let separator: UInt8
    /// Bytes read so far.
    package private(set) var position = 0
    /// The line at which the next record begins, or a blank one before it.
    package private(set) var line = 1

    /// Records of comma-separated `text`.
    package init(_ text: String) {
        self.init(Array(text.utf8))
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Records of UTF-8 text.
    init(_ bytes: [UInt8], separator: UInt8 = Self.comma) {
        self.bytes = bytes
        self.separator = separator
    }

    /// The next record; nil at the end.
    package mutating func next() -> Record? {
        while skipLineBreak() {}
        guard position < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            do throws(LineFault) {
                fields.append(try readField())
            } catch {
                while position < bytes.count, !skipLineBreak() { position += 1 }
                return Record(line: start, fields: .failure(error))
            }
            if position < bytes.count, bytes[position] == separator {
                position += 1
            } else {
                _ = skipLineBreak()
                return Record(line: start, fields: .success(fields))
            }
        }
    }

    private mutating func readField() throws(LineFault) -> String {
        guard position < bytes.count, bytes[position] == Self.quote else { return try readBareField() }
        let start = line
        position += 1
        var field: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Self.lineFeed { line += 1 }
            guard byte == Self.quote else {
                field.append(byte)
                continue
            }
            if position < bytes.count, bytes[position] == Self.quote {
                field.append(byte)
                position += 1
                continue
            }
            guard position == bytes.count || bytes[position] == separator || isLineBreak(at: position) else {
                throw LineFault(
                    "text follows the closing quote of a field; a quote inside one is written twice")
            }
            return String(decoding: field, as: UTF8.self)
        }
        throw LineFault("the quote that opens a field in line \(start) is never closed")
    }

    private mutating func readBareField() throws(LineFault) -> String {
        let start = position
        while position < bytes.count, bytes[position] != separator, !isLineBreak(at: position) {
            guard bytes[position] != Self.quote else {
                throw LineFault("a quote stands inside a field that is not quoted")
            }
            position += 1
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func isLineBreak(at index: Int) -> Bool {
        bytes[index] == Self.lineFeed
            || (bytes[index] == Self.carriageReturn && index + 1 < bytes.count
                && bytes[index + 1] == Self.lineFeed)
    }

    private mutating func skipLineBreak() -> Bool {
        guard position < bytes.count, isLineBreak(at: position) else { return false }
        position += bytes[position] == Self.lineFeed ? 1 : 2
        line += 1
        return true
    }

    /// A record's text with its line break (CRLF), which reads back as the same fields.
    package static func text(_ fields: [String]) -> String {
        fields.map { field in
            let isPlain = !field.utf8.contains { [comma, quote, lineFeed, carriageReturn].contains($0) }
            guard !isPlain || field.hasPrefix(" ") || field.hasSuffix(" ") else { return field }
            return "\"" + field.replacing("\"", with: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }
}

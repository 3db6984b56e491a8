/// The text of a file as UTF-8, whatever program has written it.
struct FileText {
    /// Its text, without a byte-order mark.
    let bytes: [UInt8]
    /// What the file was written in.
    let encoding: TextEncoding
    /// Lines, from 1, that have bytes which are no letters in it.
    private(set) var unreadable: Set<Int> = []

    /// Reads UTF-8, UTF-16 with its mark, and Windows-1252 where no line could be UTF-8.
    ///
    /// - Throws: ``LineFault`` for what is no text, with what to do instead.
    init(_ file: [UInt8]) throws(LineFault) {
        if let format = Self.knownFormat(file) { throw LineFault(format) }
        if file.starts(with: [0xFF, 0xFE]) || file.starts(with: [0xFE, 0xFF]) {
            encoding = .utf16
            bytes = try Self.ofUTF16(file.dropFirst(2), isLittle: file[0] == 0xFF)
            return
        }
        guard !file.prefix(64).contains(0) else {
            throw LineFault("is text of 16 bits without the mark that says so; save it as UTF-8")
        }
        let hasMark = file.starts(with: [0xEF, 0xBB, 0xBF])
        let body = hasMark ? Array(file.dropFirst(3)) : file
        if (try? UTF8Span(validating: body.span)) != nil {
            (bytes, encoding) = (body, .utf8)
            return
        }
        let (letters, broken) = Self.judge(body)
        // One broken line must not turn the letters of all others into something else.
        guard hasMark || letters else {
            encoding = .windows1252
            bytes = Self.ofWindows1252(body, &unreadable)
            return
        }
        encoding = .utf8
        unreadable = broken
        bytes = Array(String(decoding: body, as: UTF8.self).utf8)
    }

    /// Whether any line has letters beyond ASCII as UTF-8, and the lines that are no UTF-8.
    private static func judge(_ bytes: [UInt8]) -> (letters: Bool, broken: Set<Int>) {
        var (letters, broken): (Bool, Set<Int>) = (false, [])
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line.contains(where: { $0 >= 0x80 }) {
            if String(validating: line, as: UTF8.self) == nil {
                broken.insert(index + 1)
            } else {
                letters = true
            }
        }
        return (letters, broken)
    }

    private static func knownFormat(_ file: [UInt8]) -> String? {
        let remedy = "save its sheet as CSV (UTF-8) and import that"
        if file.starts(with: Array("PK".utf8) + [3, 4]) {
            return "is a workbook (.xlsx or .ods) or another archive; in the spreadsheet, \(remedy)"
        }
        if file.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            return "is a workbook of an old Excel (.xls); in the spreadsheet, \(remedy)"
        }
        if file.starts(with: Array("%PDF".utf8)) { return "is a PDF; ask its sender for the list as CSV" }
        if let image = CoverImage.Format(of: file[...]) {
            return "is an image (\(image.rawValue)) and no table; a book gets a cover by 'books cover'"
        }
        if file.starts(with: [0x1F, 0x8B]) { return "is packed (gzip); unpack it first" }
        return nil
    }

    private static func ofUTF16(_ bytes: ArraySlice<UInt8>, isLittle: Bool) throws(LineFault) -> [UInt8] {
        let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        guard bytes.count.isMultiple(of: 2), let text = String(validating: units, as: UTF16.self) else {
            throw LineFault("is damaged UTF-16 text; save it anew as UTF-8")
        }
        return Array(text.utf8)
    }

    private static func ofWindows1252(_ bytes: [UInt8], _ unreadable: inout Set<Int>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        var line = 1
        for byte in bytes {
            guard byte >= 0x80 else {
                text.append(byte)
                line += byte == UInt8(ascii: "\n") ? 1 : 0
                continue
            }
            let scalar = byte < 0xA0 ? windows1252[Int(byte) - 0x80] : Unicode.Scalar(byte)
            if scalar == "\u{FFFD}" { unreadable.insert(line) }
            text.append(contentsOf: UTF8.encode(scalar) ?? .init())
        }
        return text
    }

    /// 0x80 … 0x9F; U+FFFD where the code has no letter.
    private static let windows1252: [Unicode.Scalar] = [
        "\u{20AC}", "\u{FFFD}", "\u{201A}", "\u{0192}", "\u{201E}", "\u{2026}", "\u{2020}", "\u{2021}",
        "\u{02C6}", "\u{2030}", "\u{0160}", "\u{2039}", "\u{0152}", "\u{FFFD}", "\u{017D}", "\u{FFFD}",
        "\u{FFFD}", "\u{2018}", "\u{2019}", "\u{201C}", "\u{201D}", "\u{2022}", "\u{2013}", "\u{2014}",
        "\u{02DC}", "\u{2122}", "\u{0161}", "\u{203A}", "\u{0153}", "\u{FFFD}", "\u{017E}", "\u{0178}",
    ]
}

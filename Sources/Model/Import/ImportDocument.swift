/// A file of books as wholesalers and spreadsheets write it, read as far as it can be: a table with a header row, or
/// `init` lines.
package struct ImportDocument: Sendable {
    /// Rows between two words to `progress`.
    private static let step = 4_096

    package private(set) var rows: [ImportRow] = []
    package private(set) var refused = RefusedLines()
    /// Rows with the title of another one: no faults, and perhaps slips.
    package private(set) var doubts = RefusedLines()
    /// What the columns were understood to hold; nil of `init` lines.
    package private(set) var columns: ImportColumns?
    package let encoding: TextEncoding
    private let unreadable: Set<Int>
    private var lineOfItem: [ItemNumber: Int] = [:]
    private var lineOfISBN: [String: (line: Int, hasNumber: Bool)] = [:]
    /// By a hash of the title, which is a third as large.
    private var lineOfTitle: [Int: Int] = [:]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - mapping: asked for what is known of a header; what `options` say goes before it.
    ///   - progress: called now and then with the number of lines read.
    /// - Throws: ``LineFault`` for a file of which no row can be read.
    package init(
        _ bytes: [UInt8], _ options: ImportOptions,
        known mapping: (_ signature: String) -> ImportMapping? = { _ in nil },
        progress: (Int) -> Void = { _ in }
    ) throws(LineFault) {
        let file = try FileText(bytes)
        (encoding, unreadable) = (file.encoding, file.unreadable)
        if Self.isOfLines(file.bytes) {
            readLines(String(decoding: file.bytes, as: UTF8.self), progress)
        } else {
            try readTable(file.bytes, options, mapping, progress)
        }
        guard !rows.isEmpty || refused.count > 0 else { throw LineFault("has no books in it") }
        (lineOfItem, lineOfISBN, lineOfTitle) = ([:], [:], [:])
    }

    /// Whether the first line that says anything is an `init` line.
    package static func isOfLines(_ bytes: [UInt8]) -> Bool {
        // Comments and blank lines before it are short.
        var first = FileLines(String(decoding: bytes.prefix(64 * 1_024), as: UTF8.self))
        return first.next()?.line.utf8.starts(with: "init,".utf8) ?? false
    }

    private mutating func readLines(_ text: String, _ progress: (Int) -> Void) {
        for (number, line) in FileLines(text) {
            do throws(LineFault) {
                try checkReadable(number..<number + 1)
                try add(ImportRow(line: number, BookLine.parse(line)))
            } catch {
                refused.add(RefusedLine(line: number, reason: error.reason))
            }
            if number % Self.step == 0 { progress(number) }
        }
    }

    // MARK: Tables

    private mutating func readTable(
        _ bytes: [UInt8], _ options: ImportOptions, _ known: (String) -> ImportMapping?,
        _ progress: (Int) -> Void
    ) throws(LineFault) {
        var records = CSVRecords(bytes, separator: Self.separator(of: bytes))
        guard var header = records.next() else { throw LineFault("has no header row") }
        if let fields = try? header.fields.get(), Self.isSeparatorLine(fields) {
            guard let next = records.next() else { throw LineFault("has no header row") }
            header = next
        }
        let columns = try columns(of: header, until: records.line, options, known)
        self.columns = columns
        var count = 0
        while let record = records.next() {
            read(record, until: records.line, columns, options)
            count += 1
            if count % Self.step == 0 { progress(record.line) }
        }
    }

    private func columns(
        of header: CSVRecords.Record, until end: Int, _ options: ImportOptions,
        _ known: (String) -> ImportMapping?
    ) throws(LineFault) -> ImportColumns {
        do throws(LineFault) {
            try checkReadable(header.line..<max(end, header.line + 1))
            let fields = try header.fields.get()
            var mapping = options.mapping
            if mapping.isEmpty, let saved = known(ImportColumns.signature(of: fields)) { mapping = saved }
            let columns = try ImportColumns(header: fields, mapping: mapping)
            if options.unknown == .refuse, !columns.unknown.isEmpty {
                let names = columns.unknown.map { ShownText.quoted($0) }.joined(separator: ", ")
                throw LineFault(
                    "unknown columns: \(names); the columns are \(BookColumn.allCases.map(\.name).joined(separator: ", "))"
                )
            }
            return columns
        } catch {
            throw LineFault("line \(header.line): \(error.reason)")
        }
    }

    private mutating func read(
        _ record: CSVRecords.Record, until end: Int, _ columns: ImportColumns, _ options: ImportOptions
    ) {
        var column: String?
        do throws(LineFault) {
            try checkReadable(record.line..<max(end, record.line + 1))
            let fields = try record.fields.get()
            guard let row = try row(fields, at: record.line, columns, options, &column) else { return }
            column = nil
            try add(row)
        } catch {
            refused.add(RefusedLine(line: record.line, column: column, reason: error.reason))
        }
    }

    /// A row; nil where all its cells are empty.
    ///
    /// - Parameter column: the header of the column that is looked at.
    private func row(
        _ fields: [String], at line: Int, _ columns: ImportColumns, _ options: ImportOptions,
        _ column: inout String?
    ) throws(LineFault) -> ImportRow? {
        let width = columns.columns.count
        let cells = fields.map { ShopText.kept(CellGuard.unguarded($0)) }
        guard cells.contains(where: { !$0.isEmpty }) else { return nil }
        guard cells.count >= width, cells.dropFirst(width).allSatisfy(\.isEmpty) else {
            throw LineFault(
                "has \(fields.count) fields, where the header has \(width); a text with the separator in it stands in quotes"
            )
        }
        var row = ImportRow(line: line)
        for (index, known) in columns.columns.enumerated() where !cells[index].isEmpty {
            guard let field = known.field else { continue }
            column = known.header
            try ImportCells.take(cells[index], as: field, into: &row, options)
        }
        column = nil
        guard row.item != nil || row.title != nil || row.facts[.isbn] != nil else {
            throw LineFault("says of no book: it has neither an item_number, an isbn nor a title")
        }
        return row
    }

    /// The separator of a `sep=;` line, else the one that the header has most of outside quotes.
    private static func separator(of bytes: [UInt8]) -> UInt8 {
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        let separators = ",;\t".utf8
        let start = line.drop { $0 == UInt8(ascii: "\"") }
        if start.count >= 5, String(decoding: start.prefix(4), as: UTF8.self).lowercased() == "sep=",
            separators.contains(start[start.startIndex + 4])
        {
            return start[start.startIndex + 4]
        }
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        // Blank lines may stand before the header.
        for byte in bytes.drop(while: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == UInt8(ascii: "\n") { break }
            if separators.contains(byte) { counts[byte, default: 0] += 1 }
        }
        return separators.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? CSVRecords.comma
    }

    /// Whether a record is a `sep=;` line, in which the separator itself has parted the rest.
    private static func isSeparatorLine(_ fields: [String]) -> Bool {
        fields[0].lowercased().hasPrefix("sep=") && fields[0].utf8.count <= 5
            && fields.dropFirst().allSatisfy(\.isEmpty)
    }

    // MARK: Checks

    private func checkReadable(_ lines: Range<Int>) throws(LineFault) {
        guard !unreadable.isEmpty, lines.contains(where: unreadable.contains) else { return }
        throw LineFault(
            "holds bytes that are no letters in \(encoding.rawValue); save the file as UTF-8 and try again")
    }

    private mutating func add(_ row: ImportRow) throws(LineFault) {
        if let item = row.item, let first = lineOfItem[item] {
            throw LineFault("item_number \(item) is already used in line \(first)")
        }
        if let isbn = row.facts[.isbn] {
            if let first = lineOfISBN[isbn], row.item == nil || !first.hasNumber {
                throw LineFault(
                    "isbn \(isbn) is already used in line \(first.line); give both rows an item_number, or leave one out"
                )
            }
            lineOfISBN[isbn] = (row.line, row.item != nil)
        }
        if let item = row.item { lineOfItem[item] = row.line }
        if let title = row.title?.lowercased().hashValue {
            if let first = lineOfTitle[title] {
                doubts.add(RefusedLine(line: row.line, reason: "has the title of line \(first)"))
            } else {
                lineOfTitle[title] = row.line
            }
        }
        rows.append(row)
    }
}

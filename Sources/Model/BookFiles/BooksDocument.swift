/// A file of books, read as far as it can be.
package struct BooksDocument: Sendable {
    package enum Format: String, CaseIterable, Sendable {
        /// Comma-separated, with a header row (RFC 4180).
        case csv
        /// A catalog file: `init` lines.
        case `init`
    }

    private static let otherEncoding = "save the file as UTF-8 and try again"
    /// Records between two words to `progress`.
    private static let step = 4_096

    /// The books, and what is wrong with each other row.
    package private(set) var reading = BooksReading(namedCountMax: .max)
    /// Lines that are not UTF-8 text.
    private var unreadable: Set<Int> = []

    /// Reads a file and notes what is wrong with each of its rows.
    ///
    /// - Parameters:
    ///   - path: the file's name, for errors.
    ///   - format: nil detects it from the first line.
    ///   - progress: called with the bytes read and the bytes in total.
    /// - Throws: ``FileFault`` for a file that is UTF-16 text, has a wrong header, or no row at all.
    package init(
        _ bytes: [UInt8], path: String, format: Format? = nil, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(FileFault) {
        // Such text has a zero in nearly every character, or a mark in front that no other text begins with.
        guard !bytes.prefix(16).contains(0), !bytes.starts(with: [0xFF, 0xFE]),
            !bytes.starts(with: [0xFE, 0xFF])
        else { throw FileFault(path: path, reason: "is UTF-16 text; \(Self.otherEncoding)") }
        let text = String(validating: bytes, as: UTF8.self) ?? repaired(bytes)
        var first = FileLines(text)
        let isInit = first.next()?.line.hasPrefix("init,") ?? false
        switch format ?? (isInit ? .`init` : .csv) {
        case .`init`: readLines(text, progress)
        case .csv: try readTable(text, path, progress)
        }
        guard !reading.books.isEmpty || reading.refusedCount > 0 else {
            throw FileFault(path: path, reason: "has no books in it")
        }
        progress(bytes.count, bytes.count)
    }

    /// The text with a mark in each place that is not UTF-8, whose lines are refused.
    private mutating func repaired(_ bytes: [UInt8]) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where String(validating: line, as: UTF8.self) == nil {
            unreadable.insert(index + 1)
            reading.refuse(index + 1, "is not UTF-8 text; \(Self.otherEncoding)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func readLines(_ text: String, _ progress: (Int, Int) -> Void) {
        var bytesRead = 0
        for (number, line) in FileLines(text) {
            if !unreadable.contains(number) { reading.add(line, number: number) }
            bytesRead += line.utf8.count + 1
            if number % Self.step == 0 { progress(bytesRead, text.utf8.count) }
        }
    }

    private mutating func readTable(
        _ text: String, _ path: String, _ progress: (Int, Int) -> Void
    ) throws(FileFault) {
        var records = CSVRecords(text)
        guard let header = records.next() else { throw FileFault(path: path, reason: "has no header row") }
        guard !unreadable.contains(header.line) else { return }
        let table: BooksTable
        do throws(LineFault) {
            table = try BooksTable(header: header.fields.get())
        } catch {
            throw FileFault(path: path, line: header.line, reason: error.reason)
        }
        var count = 0
        while let record = records.next() {
            if unreadable.contains(record.line) { continue }
            do throws(LineFault) {
                try reading.add(table.book(record.fields.get()), number: record.line)
            } catch {
                reading.refuse(record.line, error.reason)
            }
            count += 1
            if count % Self.step == 0 { progress(records.position, text.utf8.count) }
        }
    }
}

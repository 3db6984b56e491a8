internal import Foundation
package import Model

/// A file of first books: `init` lines, with blank lines and `#` comments between them.
package enum BooksFile {
    /// Reads and checks the whole file.
    ///
    /// - Parameter progress: called with the bytes read and the bytes in total.
    /// - Throws: ``Model/FileFault`` with the first line that is malformed or repeats a number.
    package static func read(path: String, progress: (Int, Int) -> Void = { _, _ in }) throws -> [Book] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(path: path, reason: "cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw FileFault(path: path, line: firstLineThatIsNotText(data), reason: "is not UTF-8 text")
        }
        var reading = BooksReading()
        var byteCount = 0
        for (number, line) in FileLines(text) {
            reading.add(line, number: number)
            if let refused = reading.refused.named.first {
                throw FileFault(path: path, line: refused.line, reason: refused.reason)
            }
            byteCount += line.utf8.count + 1
            if number % 4096 == 0 { progress(byteCount, data.count) }
        }
        guard !reading.books.isEmpty else { throw FileFault(path: path, reason: "has no books in it") }
        progress(data.count, data.count)
        return reading.books
    }

    private static func firstLineThatIsNotText(_ data: Data) -> Int? {
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }
}

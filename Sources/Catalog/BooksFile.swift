internal import Foundation
package import Model

/// A file of first books: `init` lines, with blank lines and `#` comments between them.
package enum BooksFile {
    /// Reads and checks the whole file.
    ///
    /// - Parameter progress: told the bytes read and the bytes in all.
    /// - Throws: ``Model/FileFault`` with the first line that is malformed or repeats a number.
    package static func read(path: String, progress: (Int, Int) -> Void = { _, _ in }) throws -> [Book] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(path: path, reason: "cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw FileFault(path: path, line: firstLineThatIsNotText(data), reason: "is not UTF-8 text")
        }
        var books: [Book] = []
        var lineOfItem: [ItemNumber: Int] = [:]
        var byteCount = 0
        for (number, line) in FileLines(text) {
            do throws(LineFault) {
                let book = try BookLine.parse(line)
                if let first = lineOfItem.updateValue(number, forKey: book.item) {
                    throw LineFault("item_number \(book.item) is already used in line \(first)")
                }
                books.append(book)
            } catch {
                throw FileFault(path: path, line: number, reason: error.reason)
            }
            byteCount += line.utf8.count + 1
            if number % 4096 == 0 { progress(byteCount, data.count) }
        }
        guard !books.isEmpty else { throw FileFault(path: path, reason: "has no books in it") }
        progress(data.count, data.count)
        return books
    }

    private static func firstLineThatIsNotText(_ data: Data) -> Int? {
        let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }
}

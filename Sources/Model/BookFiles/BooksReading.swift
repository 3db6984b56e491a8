/// The books of `init` lines as they are read, with everything that is wrong with them.
package struct BooksReading: Sendable {
    /// The good lines.
    package private(set) var books: [Book] = []
    /// The bad lines.
    package private(set) var refused = RefusedLines()
    private var lineOfItem: [ItemNumber: Int] = [:]

    /// A reading that has seen nothing yet.
    package init() {}

    /// Takes a line.
    package mutating func add(_ line: Substring, number: Int) {
        do throws(LineFault) {
            let book = try BookLine.parse(line)
            if let first = lineOfItem[book.item] {
                throw LineFault("item_number \(book.item) is already used in line \(first)")
            }
            lineOfItem[book.item] = number
            books.append(book)
        } catch {
            refused.add(RefusedLine(line: number, reason: error.reason))
        }
    }
}

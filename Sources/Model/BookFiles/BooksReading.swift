/// The books of a file as its lines are read, with everything that is wrong with them.
package struct BooksReading: Sendable {
    /// The good lines.
    package private(set) var books: [(line: Int, book: Book)] = []
    /// The first bad lines.
    package private(set) var refused: [RefusedLine] = []
    /// How many bad lines there are.
    package private(set) var refusedCount = 0
    private var lineOfItem: [ItemNumber: Int] = [:]
    private let namedCountMax: Int

    /// A reading that has seen nothing yet.
    ///
    /// - Parameter namedCountMax: bad lines that are remembered; further ones are only counted.
    package init(namedCountMax: Int = RefusedLine.namedCountMax) { self.namedCountMax = namedCountMax }

    /// Takes an `init` line.
    package mutating func add(_ line: Substring, number: Int) {
        do throws(LineFault) {
            try add(BookLine.parse(line), number: number)
        } catch {
            refuse(number, error.reason)
        }
    }

    /// Takes a book of a line.
    ///
    /// - Throws: ``LineFault`` when its number was used before.
    package mutating func add(_ book: Book, number: Int) throws(LineFault) {
        if let first = lineOfItem.updateValue(number, forKey: book.item) {
            lineOfItem[book.item] = first
            throw LineFault("item_number \(book.item) is already used in line \(first)")
        }
        books.append((number, book))
    }

    /// Notes a line that is no book.
    package mutating func refuse(_ line: Int, _ reason: String) {
        refusedCount += 1
        if refused.count < namedCountMax {
            refused.append(RefusedLine(line: line, reason: reason))
        }
    }

    /// Notes books that the store does not take, by their place among ``books``, from 1.
    ///
    /// - Parameter count: how many there are, which may be more than are named.
    package mutating func refuse(added: [RefusedLine], count: Int) {
        for book in added where books.indices.contains(book.line - 1) && refused.count < namedCountMax {
            refused.append(RefusedLine(line: books[book.line - 1].line, reason: book.reason))
        }
        refusedCount += count
    }

    /// The first bad lines in the file's order, whichever check found them.
    package var refusedInOrder: [RefusedLine] { refused.sorted { $0.line < $1.line } }
}

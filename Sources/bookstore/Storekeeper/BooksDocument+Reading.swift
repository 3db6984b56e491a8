internal import ArgumentParser
internal import Foundation
package import Model

extension BooksDocument.Format: ExpressibleByArgument {}

extension BooksDocument {
    /// Reads a file, with a progress bar.
    ///
    /// - Throws: ``Model/FileFault`` for a file that cannot be read, too.
    init(path: String, format: Format?) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileFault(path: path, reason: "cannot be read")
        }
        try self.init(Array(data), path: path, format: format, progress: ProgressBar("checking rows").show)
    }
}

extension BookRow {
    /// The book itself.
    var book: Book {
        get throws {
            guard let item = ItemNumber(parsing: itemNumber), let price = Cents(parsing: cost) else {
                throw WorkFault("the server sent an invalid response")
            }
            return Book(item: item, title: title, topic: type, price: price, stock: stock)
        }
    }
}

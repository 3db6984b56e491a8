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

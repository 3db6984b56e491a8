internal import Foundation
package import Model
internal import Monitoring

/// A log with its rotated files, oldest first.
package struct OperationLogFiles: Sendable {
    /// The paths of the files, in the order in which they were written.
    package let paths: [String]

    /// Other files in the folder whose names do not come from a rotation, such as a copy made by hand.
    package let unread: [String]

    /// The files named by hand, oldest first.
    package init(paths: [String]) {
        self.paths = paths
        unread = []
    }

    /// Finds `name` in a folder, with the files that log rotation made of it.
    ///
    /// - Parameter needsCurrent: whether to refuse rotated files without a current one, as in the moment of a
    ///   rotation or after a loss.
    /// - Throws: ``Model/FileFault`` when a file in the middle is missing, or the order is unclear.
    package init(named name: String, in folder: String, needsCurrent: Bool = false) throws(FileFault) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let log = RotatedLogs(of: name, among: names)
        if let obstacle = log.obstacle {
            throw FileFault(path: folder + "/" + obstacle.name, reason: obstacle.reason)
        }
        guard !needsCurrent || !log.lacksCurrent(name) else {
            throw FileFault(
                path: folder + "/" + name,
                reason:
                    "is missing behind \(log.names.last ?? name); bring it back, or an empty one if it was just rotated"
            )
        }
        paths = log.names.map { folder + "/" + $0 }
        unread = log.unread.map { folder + "/" + $0 }
    }

    package var isEmpty: Bool { paths.isEmpty }

    /// Calls `body` with every whole line of all files, in order. A last line without a line break is still
    /// being written, or was torn by a crash, and is omitted.
    ///
    /// - Throws: ``Model/FileFault`` when a file cannot be read; any error of the body.
    package func forEachLine(_ body: (Substring, FilePlace) throws -> Void) throws {
        for path in paths {
            let data = try LogContent.read(path)
            let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { data[...$0] } ?? Data()
            let text = String(decoding: whole, as: UTF8.self)
            for (number, line) in FileLines(text) { try body(line, FilePlace(path: path, line: number)) }
        }
    }
}

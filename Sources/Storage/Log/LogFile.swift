package import Foundation
internal import Model

/// A log's file as a whole, while no server writes to it.
package enum LogFile {
    /// The suffix of a log's name while it is being rewritten.
    package static let draftSuffix = ".new"
    static let asideMark = ".aside-"

    /// The log's files, oldest first: those that log rotation made of it, and the current one if it is there.
    package static func all(of path: String) -> [String] {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let name = (path as NSString).lastPathComponent
        return RotatedLogs(of: name, among: names).names.map { $0 == name ? path : folder + "/" + $0 }
    }

    /// Whether a file is not there or holds nothing.
    package static func isEmpty(_ path: String) -> Bool {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        return (size ?? 0) == 0
    }

    /// Writes whole lines to the end of the log and waits until they are on the disk.
    ///
    /// - Throws: ``Model/FileFault`` when the file cannot be opened or made; the file system's error.
    package static func append(_ lines: Data, to path: String) throws {
        try PrivateFiles.make(path)
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw FileFault(path: path, reason: "cannot be written")
        }
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: lines)
        try handle.synchronize()
    }

    /// Renames `path` to the first free name of `path.aside-1`, `path.aside-2` …
    ///
    /// - Returns: the new path.
    /// - Throws: the file system's error.
    package static func putAside(_ path: String) throws -> String {
        var number = 1
        while FileManager.default.fileExists(atPath: "\(path)\(asideMark)\(number)") { number += 1 }
        try FileManager.default.moveItem(atPath: path, toPath: "\(path)\(asideMark)\(number)")
        return "\(path)\(asideMark)\(number)"
    }
}

internal import Foundation
internal import Model
internal import Monitoring

/// The end of a log as a crash left it, compared with what the database says it should hold.
package struct LogTail: Sendable {
    /// Lines after the mark by text, with their number of occurrences.
    private var lines: [String: Int] = [:]

    /// A tail without lines.
    package init() {}

    /// What a log file turned out to be.
    package enum Finding: Sendable {
        /// The marked file, with the lines after the mark. A torn last line was cut off.
        case tail(LogTail)
        /// The marked file is not there, or has lost bytes that the mark vouches for.
        case lost
    }

    /// Reads what is after the mark in the marked file, which log rotation may have renamed in its
    /// folder, and cuts off a last line that was not written to its end.
    ///
    /// - Parameters:
    ///   - path: the log's usual path.
    ///   - isOperation: whether a line is one of the database's operations; others are passed over.
    /// - Returns: the finding, and the path at which the file was found.
    /// - Throws: ``Model/FileFault`` when the file cannot be read or cut.
    package static func read(
        path: String, mark: LogMark, isOperation: (Substring) -> Bool
    ) throws -> (finding: Finding, path: String) {
        guard let found = find(inode: mark.position.inode, near: path) else { return (.lost, path) }
        guard let handle = FileHandle(forUpdatingAtPath: found) else {
            throw FileFault(path: found, reason: "cannot be opened for reading and writing")
        }
        defer { try? handle.close() }
        guard try handle.seekToEnd() >= mark.position.offset else { return (.lost, found) }
        try handle.seek(toOffset: mark.position.offset)
        let bytes = try handle.readToEnd() ?? Data()
        let whole = wholeLineBytes(bytes)
        if whole < bytes.count, !PlantedBug.isOn(.keepsTornLine) {
            try handle.truncate(atOffset: mark.position.offset + UInt64(whole))
        }
        var tail = LogTail()
        tail.add(bytes.prefix(whole), isOperation: isOperation)
        return (.tail(tail), found)
    }

    private mutating func add(_ bytes: Data, isOperation: (Substring) -> Bool) {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where isOperation(line) {
            lines[String(line), default: 0] += 1
        }
    }

    /// Takes one occurrence of `line` out; false when none is left, so that it has to be written.
    package mutating func take(_ line: String) -> Bool {
        guard let count = lines[line] else { return false }
        lines[line] = count == 1 ? nil : count - 1
        return true
    }

    /// Lines that no operation of the database has claimed: the log is ahead of it.
    package var unclaimedCount: Int { lines.values.reduce(0, +) }

    private static func find(inode: UInt64, near path: String) -> String? {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        // A draft, or a log that was put aside, is not the log, even when a power cut has undone the rename
        // that made it so or the rewriting that was to follow.
        // Nor is a file of another name: the number of a deleted file goes to the next that is made.
        let name = (path as NSString).lastPathComponent
        let logs = names.filter { candidate in
            (candidate.hasPrefix(name) || candidate.hasSuffix(name))
                && !candidate.hasSuffix(LogFile.draftSuffix) && !candidate.contains(LogFile.asideMark)
        }
        return ([path] + logs.map { folder + "/" + $0 }).first { candidate in
            var status = stat()
            return stat(candidate, &status) == 0 && UInt64(status.st_ino) == inode
        }
    }
}

// For a log without a mark.
extension LogTail {
    /// The lines of all of the log's files, of which log rotation may have made several; empty where there is
    /// none. A torn last line is cut off.
    ///
    /// - Throws: ``Model/FileFault`` when a file cannot be read or cut.
    package static func whole(path: String, isOperation: (Substring) -> Bool) throws -> LogTail {
        var tail = LogTail()
        for file in LogFile.all(of: path) {
            if file == path { try cutTornLine(of: path) }
            let bytes = try LogContent.read(file)
            tail.add(bytes.prefix(wholeLineBytes(bytes)), isOperation: isOperation)
        }
        return tail
    }

    /// Cuts off a last line that was not written to its end.
    ///
    /// - Throws: ``Model/FileFault`` when the file cannot be read or cut.
    package static func cutTornLine(of path: String) throws {
        guard let bytes = FileManager.default.contents(atPath: path),
            let handle = FileHandle(forUpdatingAtPath: path)
        else { throw FileFault(path: path, reason: "cannot be opened for reading and writing") }
        defer { try? handle.close() }
        let byteCount = wholeLineBytes(bytes)
        if byteCount < bytes.count { try handle.truncate(atOffset: UInt64(byteCount)) }
    }

    private static func wholeLineBytes(_ bytes: Data) -> Int {
        bytes.lastIndex(of: UInt8(ascii: "\n")).map { bytes.distance(from: bytes.startIndex, to: $0) + 1 }
            ?? 0
    }
}

import Foundation
import GRDB
import Model
import Monitoring
import Storage
import TestSupport
import Testing

@Suite struct LogTailTests {
    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
    }

    private func mark(_ path: String, offset: UInt64) throws -> LogMark {
        let end = try #require(LogMark(endOf: path, sequence: 0))
        return LogMark(position: .init(inode: end.position.inode, offset: offset), sequence: 0)
    }

    private func tail(_ finding: LogTail.Finding) throws -> LogTail {
        guard case .tail(let tail) = finding else {
            throw FileFault(path: "", reason: "the log counts as lost")
        }
        return tail
    }

    @Test func countsTheOperationsAfterTheMark() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            try write("op 1\nop 2\nquery\nop 2\nop 3\n", to: path)
            let (finding, found) = try LogTail.read(path: path, mark: try mark(path, offset: 5)) {
                $0.hasPrefix("op")
            }
            var tail = try tail(finding)
            #expect(found == path)
            #expect(tail.unclaimedCount == 3)
            let taken = ["op 2", "op 1", "query", "op 2", "op 2", "op 3"].map { tail.take($0) }
            #expect(taken == [true, false, false, true, false, true])
            #expect(tail.unclaimedCount == 0)
        }
    }

    @Test(arguments: ["op 1\nop 2\nop", "op 1\nop 2\n\u{1F4DA}torn"]) func cutsATornLastLineOff(text: String)
        async throws
    {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            // The cut may even split a character.
            try Data(text.utf8.dropLast(1)).write(to: URL(fileURLWithPath: path))
            let finding = try LogTail.read(path: path, mark: try mark(path, offset: 5)) { _ in true }.finding
            #expect(try tail(finding).unclaimedCount == 1)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "op 1\nop 2\n")
        }
    }

    @Test func aTornLineLeavesTheMarkedPart() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            try write("op 1\nop", to: path)
            let finding = try LogTail.read(path: path, mark: try mark(path, offset: 5)) { _ in true }.finding
            #expect(try tail(finding).unclaimedCount == 0)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "op 1\n")
        }
    }

    @Test func followsTheFileThroughARename() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            try write("op 1\nop 2\n", to: path)
            let mark = try mark(path, offset: 5)
            for renamed in [path + ".1", folder + "/log-20260101", folder + "/old-log"] {
                try FileManager.default.moveItem(atPath: path, toPath: renamed)
                // Another file has the name.
                try write("op 9\nop 9\nop 9\n", to: path)
                let (finding, found) = try LogTail.read(path: path, mark: mark) { _ in true }
                #expect(
                    URL(fileURLWithPath: found).lastPathComponent
                        == URL(fileURLWithPath: renamed).lastPathComponent)
                #expect(try tail(finding).unclaimedCount == 1)
                try FileManager.default.removeItem(atPath: path)
                try FileManager.default.moveItem(atPath: renamed, toPath: path)
            }
        }
    }

    @Test func isLostWhenFileOrBytesAreMissing() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            try write("op 1\nop 2\n", to: path)
            for mark in [
                try mark(path, offset: 11), LogMark(position: .init(inode: 1, offset: 0), sequence: 0),
            ] {
                let (finding, found) = try LogTail.read(path: path, mark: mark) { _ in true }
                guard case .lost = finding else {
                    Issue.record("found in spite of \(mark)")
                    continue
                }
                #expect(found == path)
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "op 1\nop 2\n")
        }
    }

    /// A file system may give the inode of a deleted file to the next new one. Only a log may be
    /// taken for the log, and cut.
    @Test func leavesFilesOfOtherNamesAlone() async throws {
        try await withTemporaryFolder { folder in
            let other = folder + "/catalog.sqlite-wal"
            try write("bytes of a database\nwithout a line break", to: other)
            let finding = try LogTail.read(path: folder + "/log", mark: try mark(other, offset: 3)) { _ in
                true
            }.finding
            guard case .lost = finding else {
                Issue.record("another file was taken for the log")
                return
            }
            #expect(try String(contentsOfFile: other, encoding: .utf8).hasSuffix("line break"))
        }
    }

    @Test func readsTheWholeLogWithoutAMark() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let isOperation = { (line: Substring) in line.hasPrefix("op") }
            let none = try LogTail.whole(path: path, isOperation: isOperation)
            #expect(none.unclaimedCount == 0)
            try write("op 1\nop 2\nop", to: path)
            // The torn line of a rotated file stays, because that file is not written again.
            try write("op 0\nnote\nop", to: path + ".1")
            var tail = try LogTail.whole(path: path, isOperation: isOperation)
            #expect(tail.unclaimedCount == 3)
            for line in ["op 0", "op 1"] {
                let isThere = tail.take(line)
                #expect(isThere)
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "op 1\nop 2\n")
            #expect(try String(contentsOfFile: path + ".1", encoding: .utf8).hasSuffix("\nop"))
        }
    }

    @Test func aStoredMarkReadsBackUnchanged() async throws {
        // Some file systems use all 64 bits for inodes.
        let marks = [
            LogMark(position: .init(inode: 7, offset: 0), sequence: 0),
            LogMark(position: .init(inode: .max - 1, offset: 1 << 40), sequence: 12),
        ]
        let queue = try DatabaseQueue()
        try await queue.write { database in
            try LogMark.createTable(in: database)
            #expect(try LogMark.fetch(database) == nil)
            for mark in marks {
                try mark.save(database)
                #expect(try LogMark.fetch(database) == mark)
            }
            // Only one row exists.
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM log_mark") == 1)
        }
    }

    @Test func theEndMarkPrecedesATornLine() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            #expect(LogMark(endOf: path, sequence: 3) == nil)
            try write("op 1\nop", to: path)
            let mark = try #require(LogMark(endOf: path, sequence: 3))
            #expect(mark.position.offset == 5)
            #expect(mark.sequence == 3)
        }
    }
}

import Foundation
import Monitoring
import TestSupport
import Testing

@Suite struct OperationLogTests {
    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func keepsBufferedAndCommittedLinesInOrder() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path)
            log.append("query 1")
            log.append("query 2")
            try log.commit(["update 1", "update 2"])
            // On return the operating system has all of them, without a flush.
            #expect(try text(path) == "query 1\nquery 2\nupdate 1\nupdate 2\n")
            log.append("query 3")
            try log.commit(["update 3"])
            log.append("query 4")
            try log.flush()
            #expect(try text(path) == "query 1\nquery 2\nupdate 1\nupdate 2\nquery 3\nupdate 3\nquery 4\n")
            try log.shutdown()
        }
    }

    @Test func writesBufferedLinesByItself() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path)
            log.append("a line with ü and 📚")
            try await eventually("the line") { try text(path) == "a line with ü and 📚\n" }
            log.append("last")
            try log.shutdown()
            #expect(try text(path) == "a line with ü and 📚\nlast\n")
        }
    }

    @Test func writesATooLargeBufferAtOnce() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path, flushesByItself: false)
            let line = String(repeating: "x", count: 1 << 16)
            log.append(line)
            #expect(try text(path).isEmpty)
            for _ in 0..<16 { log.append(line) }
            #expect(try text(path).utf8.count > OperationLog.pendingBytesMax)
            try log.shutdown()
        }
    }

    @Test func reportsItsPosition() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            try "12345\n".write(toFile: path, atomically: false, encoding: .utf8)
            let log = try OperationLog(path: path)
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(log.position == OperationLog.Position(inode: UInt64(status.st_ino), offset: 6))
            let position = try log.commit(["ü"])
            #expect(position.offset == 9)
            #expect(log.position == position)
            try log.shutdown()
        }
    }

    @Test func linesOfManyThreadsStayWhole() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path)
            await withTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        for line in 0..<200 {
                            if line.isMultiple(of: 10) {
                                _ = try? log.commit(["\(writer) \(line)"])
                            } else {
                                log.append("\(writer) \(line)")
                            }
                        }
                    }
                }
            }
            try log.shutdown()
            let lines = try text(path).split(separator: "\n").map(String.init)
            #expect(lines.count == 1_600)
            // Each writer's lines are in the order in which it wrote them.
            for writer in 0..<8 {
                let own = lines.filter { $0.hasPrefix("\(writer) ") }
                #expect(own == (0..<200).map { "\(writer) \($0)" })
            }
        }
    }

    @Test func reopensItsPathAfterARename() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path)
            try log.commit(["a"])
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            log.append("b")
            try log.reopen()
            #expect(log.position.offset == 0)
            try log.commit(["c"])
            #expect(try text(path + ".1") == "a\nb\n")
            #expect(try text(path) == "c\n")
            try log.shutdown()
        }
    }

    @Test func hasOneWriterUnlessShared() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path)
            let fault = #expect(throws: LogFault.self) { try OperationLog(path: path) }
            #expect(fault?.reason.contains("another process writes it") == true)
            try log.shutdown()
            // The lock is free again, also after a log that was only released.
            _ = try OperationLog(path: path)
            let logs = try [
                OperationLog(path: path, isShared: true), OperationLog(path: path, isShared: true),
            ]
            try logs[0].commit(["a"])
            try logs[1].commit(["b"])
            try logs[0].commit(["c"])
            #expect(try text(path) == "a\nb\nc\n")
            for log in logs { try log.shutdown() }
        }
    }

    @Test func reopeningReleasesTheRotatedLog() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path)
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            try log.reopen()
            #expect(throws: LogFault.self) { try OperationLog(path: path) }
            let old = try OperationLog(path: path + ".1")
            try old.shutdown()
            try log.shutdown()
        }
    }

    @Test func linesOfAFailedWriteComeFirst() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            // A pipe without a reader accepts nothing. The write must fail and not end the process.
            signal(SIGPIPE, SIG_IGN)
            try #require(mkfifo(path, 0o600) == 0)
            var reader = open(path, O_RDONLY | O_NONBLOCK)
            let log = try OperationLog(path: path)
            close(reader)
            let fault = #expect(throws: LogFault.self) { try log.commit(["a", "b"]) }
            #expect(fault?.description == "cannot write \(path): Broken pipe")
            #expect(log.position.offset == 0)
            log.append("c")
            #expect(throws: LogFault.self) { try log.flush() }

            reader = open(path, O_RDONLY | O_NONBLOCK)
            try log.commit(["d"])
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = read(reader, &buffer, buffer.count)
            #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "a\nb\nc\nd\n")
            #expect(log.position.offset == 8)
            try log.shutdown()
            close(reader)
        }
    }

    @Test func aFullDiskIsReported() async throws {
        let log = try OperationLog(path: "/dev/full", isShared: true)
        let fault = #expect(throws: LogFault.self) { try log.commit(["a"]) }
        #expect(fault?.reason == "No space left on device")
        #expect(fault?.isFull == true)
        #expect(throws: LogFault.self) { try log.shutdown() }
    }

    /// Lookups during a full disk must not fill the memory.
    @Test func dropsQueryLinesWhenTooManyWait() async throws {
        let log = try OperationLog(path: "/dev/full", isShared: true)
        let line = String(repeating: "q", count: 1_023)
        for _ in 0..<(OperationLog.waitingBytesMax / 1_024) { log.append(line) }
        #expect(log.droppedLineCount <= 1)
        for _ in 0..<100 { log.append(line) }
        #expect(log.droppedLineCount >= 99)
        #expect(throws: LogFault.self) { try log.shutdown() }
    }

    @Test func reportsAPathItCannotOpen() async throws {
        try await withTemporaryFolder { folder in
            #expect(throws: LogFault.self) { try OperationLog(path: folder) }
            #expect(throws: LogFault.self) { try OperationLog(path: folder + "/none/log") }
        }
    }

    @Test func nothingIsWrittenAfterTheShutdown() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try OperationLog(path: path)
            try log.commit(["a"])
            try log.shutdown()
            #expect(throws: LogFault.self) { try log.commit(["b"]) }
            #expect(try text(path) == "a\n")
        }
    }
}

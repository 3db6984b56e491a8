import Foundation
import Model
import Monitoring
import Storage
import TestSupport
import Testing

@Suite struct MarkedLogTests {
    private struct Fault: Error {}

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func open(_ path: String, sequence: Int64 = 0) throws -> CountedLog {
        CountedLog(try MarkedLog(tier: "test", path: path, sequence: sequence), sequence: sequence)
    }

    private func lines(_ texts: String...) -> [MarkedLog.Line] { texts.map { MarkedLog.Line($0) } }

    @Test func aBatchMarkCoversAllEarlierLines() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try open(path)
            var marks: [LogMark] = []
            for batch in [lines("op 1"), lines("op 2", "op 3"), lines(), lines("op 4")] {
                log.append("query")
                let count = try log.commit { mark in
                    marks.append(mark)
                    return (batch.count, batch)
                }
                #expect(count == batch.count)
            }
            #expect(marks.map(\.sequence) == [0, 1, 3, 3])
            // The mark is after the lines that it covers, and before those of its own batch.
            let whole = try text(path)
            #expect(whole == "query\nop 1\nquery\nop 2\nop 3\nquery\nquery\nop 4\n")
            for mark in marks {
                let before = String(whole.prefix(Int(mark.position.offset)))
                #expect(before.split(separator: "\n").count { $0.hasPrefix("op") } == mark.sequence)
                #expect(before.isEmpty || before.hasSuffix("\n"))
            }
            #expect(log.mark.sequence == 4)
            #expect(log.mark.position.offset == UInt64(whole.utf8.count))
            try log.shutdown()
        }
    }

    @Test func aCommitThatFailsLogsNothing() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try open(path, sequence: 5)
            #expect(throws: Fault.self) { try log.commit { _ -> (Void, [MarkedLog.Line]) in throw Fault() } }
            let mark = try log.commit { ($0, lines("op 6")) }
            #expect(mark.sequence == 5)
            #expect(log.mark.sequence == 6)
            #expect(try text(path) == "op 6\n")
            try log.shutdown()
        }
    }

    @Test func continuesBehindWhatIsThere() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            try "op 1\n".write(toFile: path, atomically: false, encoding: .utf8)
            let log = try open(path, sequence: 1)
            #expect(log.mark == LogMark(endOf: path, sequence: 1))
            try log.commit { _ in ((), lines("op 2")) }
            #expect(try text(path) == "op 1\nop 2\n")
            try log.shutdown()
        }
    }

    @Test func unclaimedLinesHoldTheMarkBack() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            // A power cut took two logged operations from the database.
            try "op 1\nop x\nop y\n".write(toFile: path, atomically: false, encoding: .utf8)
            let base = LogMark(
                position: .init(
                    inode: try #require(LogMark(endOf: path, sequence: 0)).position.inode, offset: 5),
                sequence: 1)
            let unclaimed = try LogTail.read(path: path, mark: base) { _ in true }
            guard case .tail(let tail) = unclaimed.finding else {
                Issue.record("the log was not found")
                return
            }
            let log = CountedLog(
                try MarkedLog(tier: "test", path: path, sequence: 1, unclaimed: tail, base: base), sequence: 1
            )
            #expect(log.unclaimedCount == 2)
            #expect(log.mark == base)
            // A new operation with the same text is written; only one that may be in the log claims a line.
            try log.commit { _ in ((), lines("op x")) }
            #expect(log.unclaimedCount == 2)
            #expect(log.mark == base)
            try log.commit { _ in
                ((), [MarkedLog.Line("op x", mayBeThere: true), MarkedLog.Line("op z", mayBeThere: true)])
            }
            #expect(log.unclaimedCount == 1)
            let marks = try [log.mark, log.commit { ($0, [MarkedLog.Line("op y", mayBeThere: true)]) }]
            #expect(marks == [base, base])
            #expect(log.unclaimedCount == 0)
            #expect(try text(path) == "op 1\nop x\nop y\nop x\nop z\n")
            // All lines are accounted for: one from before, one new, and three found again.
            #expect(log.mark == LogMark(endOf: path, sequence: 5))
            try log.shutdown()
        }
    }

    @Test func startsANewFileAfterRotation() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try open(path)
            try log.commit { _ in ((), lines("op 1")) }
            try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
            var saved: LogMark?
            try log.reopen { saved = $0 }
            #expect(saved == LogMark(endOf: path, sequence: 1))
            #expect(saved?.position.offset == 0)
            try log.commit { _ in ((), lines("op 2")) }
            #expect(try text(path) == "op 2\n")
            #expect(try text(path + ".1") == "op 1\n")
            try log.shutdown()
        }
    }

    @Test func catchesUpWithTheDatabaseAfterAFault() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let log = try open(path)
            try log.commit { _ in ((), lines("op 1")) }
            // The database kept a batch that it reported as failed.
            let stored = ["op 1", "op 2", "op 3"]
            for _ in 0..<2 { try log.catchUp(through: 3) { Array(stored[Int($0)...]) } }
            #expect(try text(path) == "op 1\nop 2\nop 3\n")
            #expect(log.mark == LogMark(endOf: path, sequence: 3))
            try log.shutdown()
        }
    }

    @Test func linesOfAFailedWriteComeFirst() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            let pipe = try BreakingPipe(path: path)
            let log = try open(path)
            try log.commit { _ in ((), lines("op 1")) }
            #expect(pipe.read() == "op 1\n")
            pipe.breakOff()
            // The database has the batch. The failure of the log is reported, and the outcome is not a failure.
            #expect(throws: LogFault.self) { try log.commit { _ in ((), lines("op 2")) } }
            var isAsked = false
            let error = #expect(throws: StoreError.self) {
                try log.commit { _ -> (Void, [MarkedLog.Line]) in
                    isAsked = true
                    return ((), lines("op 3"))
                }
            }
            // While the log cannot be written, nothing is committed.
            #expect(!isAsked)
            guard case .unavailable("test", _, _) = error else {
                Issue.record("refused by \(String(describing: error))")
                return
            }
            pipe.mend()
            let mark = try log.commit { ($0, lines("op 4")) }
            #expect(mark.sequence == 2)
            #expect(pipe.read() == "op 2\nop 4\n")
            try log.shutdown()
        }
    }
}

/// A log whose operations are numbered one after the other.
@dynamicMemberLookup
private final class CountedLog {
    private let log: MarkedLog
    private var lastNumber: Int64

    init(_ log: MarkedLog, sequence: Int64) {
        self.log = log
        lastNumber = sequence
    }

    subscript<Value>(dynamicMember path: KeyPath<MarkedLog, Value>) -> Value { log[keyPath: path] }

    func append(_ line: String) { log.append(line) }
    func reopen(save: (LogMark) throws -> Void) throws { try log.reopen(save: save) }
    func shutdown() throws { try log.shutdown() }
    func catchUp(through number: Int64, _ lines: (Int64) throws -> [String]) throws {
        try log.catchUp(through: number, lines)
    }

    /// Runs a commit like a journal: first the waiting lines, then the batch, then its lines.
    @discardableResult
    func commit<Batch>(_ body: (LogMark) throws -> (Batch, [MarkedLog.Line])) throws -> Batch {
        let (batch, lines) = try body(log.writeOwed())
        lastNumber += Int64(lines.count)
        try log.write(lines, through: lastNumber)
        return batch
    }
}

/// A named pipe in place of a log file. Writing to it fails while it has no reader.
final class BreakingPipe {
    private let path: String
    private var descriptor: Int32

    init(path: String) throws {
        // The write must fail with an error and not end the process.
        signal(SIGPIPE, SIG_IGN)
        guard mkfifo(path, 0o600) == 0 else { throw POSIXError(.EIO) }
        self.path = path
        descriptor = open(path, O_RDONLY | O_NONBLOCK)
    }

    deinit { breakOff() }

    /// What was written since the last time.
    func read() -> String {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Foundation.read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    func breakOff() {
        close(descriptor)
        descriptor = -1
    }

    func mend() { descriptor = open(path, O_RDONLY | O_NONBLOCK) }
}

internal import Dispatch
internal import Foundation
internal import Model
internal import Synchronization

/// One of the store's logs (`catalog_log`, `order_log`, `client_log`): one line for each executed
/// operation, in the order of execution.
///
/// Queries are buffered and written at most ``flushSeconds`` later; ``commit(_:)`` hands everything to the
/// operating system before it returns, so that the death of the process loses none of it.
package final class OperationLog: Sendable {
    /// How long a buffered line may wait before it is written.
    package static let flushSeconds = 0.25
    /// With more than this waiting, the buffer is written at once by the thread that fills it.
    package static let pendingBytesMax = 1 << 20

    /// Lines that may wait where the file takes nothing, as on a full disk: beyond this, lines that no commit
    /// waits for are dropped.
    package static let waitingBytesMax = 16 << 20

    /// The position in the log: which file, and how many bytes of it are written.
    package struct Position: Equatable, Sendable {
        /// The file's inode, which survives a rename by log rotation.
        package let inode: UInt64
        /// Bytes written.
        package let offset: UInt64

        package init(inode: UInt64, offset: UInt64) {
            self.inode = inode
            self.offset = offset
        }
    }

    private struct File {
        var descriptor: Int32
        var position: Position
        /// Bytes of a line behind the position, whose rest a failed write left.
        var tornCount: UInt64 = 0
        /// Bytes that an earlier failed write left; they come first.
        var unwritten: [UInt8] = []
        var isClosed = false

        /// Takes the first bytes off as written. The position moves on by whole lines: a mark that stood
        /// inside of one would vouch for half of it.
        mutating func record(written count: Int) {
            guard count > 0 else { return }
            let lineEnd = unwritten[..<count].lastIndex(of: UInt8(ascii: "\n")).map { UInt64($0 + 1) }
            if let lineEnd {
                position = Position(inode: position.inode, offset: position.offset + tornCount + lineEnd)
                tornCount = UInt64(count) - lineEnd
            } else {
                tornCount += UInt64(count)
            }
            unwritten.removeFirst(count)
        }
    }

    /// The file's path.
    package let path: String
    private let file: Mutex<File>
    private let pending = Mutex<[UInt8]>([])
    private let unwrittenCount = Atomic<Int>(0)
    private let droppedCount = Atomic<Int>(0)
    private let queue = DispatchQueue(label: "operation-log")
    // Dispatch sources are safe to use from any thread; only their type does not say so.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    private let isShared: Bool

    /// Opens `path` for appending and creates it where it is missing.
    ///
    /// - Parameters:
    ///   - isShared: whether other processes may write the same log.
    ///   - flushesByItself: whether buffered lines are written soon without being asked; a simulation, which
    ///     has a clock of its own, says no.
    /// - Throws: ``LogFault`` when it cannot be opened, or is another process' own.
    package init(path: String, isShared: Bool = false, flushesByItself: Bool = true) throws(LogFault) {
        self.path = path
        self.isShared = isShared
        let (descriptor, position) = try Self.open(path, isShared: isShared)
        file = Mutex(File(descriptor: descriptor, position: position))
        timer = DispatchSource.makeTimerSource(queue: queue)
        let first: DispatchTime = flushesByItself ? .now() + Self.flushSeconds : .distantFuture
        timer.schedule(deadline: first, repeating: Self.flushSeconds)
        timer.setEventHandler { [weak self] in
            // A failure leaves the lines waiting; the next flush or commit tries again and reports it.
            try? self?.flush()
        }
        timer.resume()
    }

    /// Where the written part ends, up to its last whole line.
    package var position: Position { file.withLock { $0.position } }

    /// Lines that were dropped because too much was waiting.
    package var droppedLineCount: Int { droppedCount.load(ordering: .relaxed) }

    /// Adds a line, without its line break, to be written soon.
    package func append(_ line: String) {
        let waiting = unwrittenCount.load(ordering: .relaxed)
        let isFull = pending.withLock { pending in
            guard waiting + pending.count < Self.waitingBytesMax else {
                droppedCount.wrappingAdd(1, ordering: .relaxed)
                return false
            }
            pending.append(contentsOf: line.utf8)
            pending.append(UInt8(ascii: "\n"))
            return pending.count > Self.pendingBytesMax
        }
        // Failures stay in `unwritten` and are reported by the next commit.
        if isFull { try? flush() }
    }

    /// Adds lines and writes all that waits; on return the operating system has every one of them.
    ///
    /// - Returns: where the written part ends now.
    /// - Throws: ``LogFault`` when the file takes no more; the lines stay waiting, in order.
    @discardableResult
    package func commit(_ lines: [String]) throws(LogFault) -> Position {
        try write(lines)
    }

    /// Writes all that waits.
    package func flush() throws(LogFault) { try write([]) }

    /// Closes the file and reopens the path after a rotation has renamed the file.
    package func reopen() throws(LogFault) {
        try flush()
        let (descriptor, position) = try Self.open(path, isShared: isShared)
        file.withLock { file in
            close(file.descriptor)
            file.descriptor = descriptor
            file.position = position
        }
    }

    /// Writes what waits and closes the file. Lines that come later are lost; nothing should come.
    package func shutdown() throws(LogFault) {
        timer.cancel()
        defer {
            file.withLock { file in
                if !file.isClosed { close(file.descriptor) }
                file.isClosed = true
            }
        }
        try flush()
    }

    deinit {
        timer.cancel()
        // Left behind without a shutdown, as after a start that failed: the file's lock goes with it.
        file.withLock { if !$0.isClosed { close($0.descriptor) } }
    }

    @discardableResult
    private func write(_ lines: [String]) throws(LogFault) -> Position {
        // The file's lock is held from taking the lines to writing them: that keeps their order.
        let result: Result<Void, LogFault> = file.withLock { file in
            pending.withLock { pending in
                file.unwritten.append(contentsOf: pending)
                pending.removeAll(keepingCapacity: true)
            }
            for line in lines {
                file.unwritten.append(contentsOf: line.utf8)
                file.unwritten.append(UInt8(ascii: "\n"))
            }
            guard !file.isClosed else { return .failure(LogFault(path: path, reason: "is closed")) }
            var done = 0
            defer {
                file.record(written: done)
                unwrittenCount.store(file.unwritten.count, ordering: .relaxed)
            }
            while done < file.unwritten.count {
                let count = file.unwritten.withUnsafeBytes {
                    Foundation.write(file.descriptor, $0.baseAddress! + done, $0.count - done)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    return .failure(LogFault(path: path, code: errno))
                }
                done += count
            }
            return .success(())
        }
        try result.get()
        return position
    }

    /// Throws where another process writes a log.
    package static func checkUnused(_ path: String) throws(LogFault) {
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        // What is missing, or may not be read, is told by who opens it for writing.
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        try lock(descriptor, path)
    }

    private static func lock(_ descriptor: Int32, _ path: String) throws(LogFault) {
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw LogFault(path: path, reason: "another process writes it; give this one another --output")
        }
    }

    private static func open(_ path: String, isShared: Bool) throws(LogFault) -> (Int32, Position) {
        let descriptor = Foundation.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, PrivateMode.file)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
            throw LogFault(path: path, code: errno)
        }
        // Made by an older version, or reached by a link. What is no file of ours keeps its mode.
        if status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            status.st_mode & PrivateMode.withheld != 0
        {
            fchmod(descriptor, status.st_mode & PrivateMode.file)
        }
        // Two servers that append to one log would make it the truth of neither.
        do {
            if !isShared { try lock(descriptor, path) }
        } catch {
            close(descriptor)
            throw error
        }
        let position = Position(inode: UInt64(status.st_ino), offset: UInt64(status.st_size))
        return (descriptor, position)
    }
}

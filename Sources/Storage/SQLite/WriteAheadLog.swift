internal import Foundation
internal import Model

/// The write-ahead log of a database that nobody has open for writing.
enum WriteAheadLog {
    private static let chunkBytes = 1 << 20

    /// Writes the log's bytes over themselves and syncs them, so that what is read from it is on the disk.
    ///
    /// After a failed fsync Linux goes on showing the bytes that it could not write, takes them for written,
    /// and the next fsync succeeds without them. SQLite finds a whole commit in such a log, and a checkpoint
    /// would begin to move it into the database file while the disk has no log to finish it from.
    ///
    /// - Throws: ``Model/FileFault`` when the log cannot be read, written or synced.
    static func rewrite(_ path: String) throws(FileFault) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw fault(path) }
            return
        }
        defer { close(descriptor) }
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, &chunk, chunkBytes, offset)
            guard count >= 0 else { throw fault(path) }
            if count == 0 { break }
            guard pwrite(descriptor, chunk, count, offset) == count else { throw fault(path) }
            offset += off_t(count)
        }
        guard offset == 0 || fsync(descriptor) == 0 else { throw fault(path) }
    }

    private static func fault(_ path: String) -> FileFault {
        FileFault(path: path, reason: String(cString: strerror(errno)))
    }
}

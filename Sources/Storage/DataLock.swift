internal import Foundation
package import Model

/// The right of one process to a tier's files in a data folder: an advisory lock on a file beside them, which the
/// operating system drops when the process ends in whatever way.
///
/// SQLite before 3.51.3 can corrupt a write-ahead log that two processes write or checkpoint at once, so a
/// second process is refused before it opens the database at all.
package final class DataLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock `path`, and writes the process' id into it for the next one's error.
    ///
    /// - Throws: ``Model/FileFault`` when another process holds it or the file cannot be made.
    package init(path: String) throws(FileFault) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, PrivateMode.file)
        guard descriptor >= 0 else {
            throw FileFault(path: path, reason: "cannot be written: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? String(contentsOfFile: path, encoding: .utf8))?
                .trimmingCharacters(in: .whitespacesAndNewlines)
            close(descriptor)
            throw FileFault(
                path: path,
                reason:
                    "the data folder is in use by process \(holder ?? "?"); stop it, or give this one another --data"
            )
        }
        self.descriptor = descriptor
        let text = "\(getpid())\n"
        // The id is a courtesy to the next reader: the lock holds without it.
        if ftruncate(descriptor, 0) == 0 { _ = text.withCString { write(descriptor, $0, text.utf8.count) } }
    }

    deinit { close(descriptor) }

    /// Gives the lock back before the last reference to it is gone, so that the owner who closes a database can
    /// open it again at once.
    package func release() { flock(descriptor, LOCK_UN) }
}

internal import Foundation
public import Model

/// The right of one process to a database: an advisory lock on a file beside it, which the operating
/// system drops when the process ends in whatever way.
///
/// SQLite before 3.51.3 can corrupt a write-ahead log that two processes write or checkpoint at once, so a
/// second process is refused before it opens the database at all.
public final class DataLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock `path`, and writes the process' id into it for the next one's error.
    ///
    /// - Throws: ``Model/FileFault`` when another process holds it or the file cannot be made.
    public init(path: String) throws(FileFault) {
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
                    "the database is in use by process \(holder ?? "?"); stop it, or give this one another --data"
            )
        }
        self.descriptor = descriptor
        let text = "\(getpid())\n"
        // The id is a courtesy to the next reader: the lock holds without it.
        if ftruncate(descriptor, 0) == 0 { _ = text.withCString { write(descriptor, $0, text.utf8.count) } }
    }

    deinit { close(descriptor) }

    /// Gives the lock back before the last reference to it is gone, so that whoever closes a database can
    /// open it again at once.
    public func release() { flock(descriptor, LOCK_UN) }
}

/// Makes the folders that a tier writes to.
public enum Folder {
    /// Makes `path` where it is missing, for this user alone, and checks that files can be made in it.
    ///
    /// - Parameter option: the option that names the folder, for the error.
    /// - Throws: ``Model/FileFault`` when it cannot be made or written.
    public static func prepare(_ path: String, option: String) throws(FileFault) {
        guard make(path) else {
            throw FileFault(path: path, reason: "the folder cannot be made; name a writable one by \(option)")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw FileFault(
                path: path, reason: "the folder cannot be written; name a writable one by \(option)")
        }
        // A new folder is a name in the one above it: a power cut before that one's sync would take the
        // folder with all that was synced in it. Done at every start, for the last may have been cut short.
        sync((path as NSString).deletingLastPathComponent)
    }
}

extension Folder {
    /// Makes a folder with those above it; false when there is none afterwards.
    private static func make(_ path: String) -> Bool {
        if mkdir(path, PrivateMode.folder) == 0 { return true }
        if errno == ENOENT {
            let parent = (path as NSString).deletingLastPathComponent
            guard !parent.isEmpty, parent != path, make(parent) else { return false }
            if mkdir(path, PrivateMode.folder) == 0 { return true }
        }
        // Also one that another process has made meanwhile.
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes the names in a folder durable: a rename is lost in a power cut until the folder is synced.
    public static func sync(_ path: String) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

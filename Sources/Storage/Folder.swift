internal import Foundation
package import Model

/// Makes the folders that a tier writes to.
package enum Folder {
    /// Makes `path` where it is missing, for this user alone, and checks that files can be made in it.
    ///
    /// - Parameter option: the option that names the folder, for the error.
    /// - Throws: ``Model/FileFault`` when it cannot be made or written.
    package static func prepare(_ path: String, option: String) throws(FileFault) {
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
    /// Makes a folder with those above it; false if it is not there afterwards.
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
    package static func sync(_ path: String) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

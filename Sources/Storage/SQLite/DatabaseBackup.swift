internal import Foundation
package import GRDB
internal import Model

/// Copies a database while its server writes it.
package enum DatabaseBackup {
    /// Copies the database at `path`, as of one moment, and checks the copy.
    ///
    /// The copy gets its name when it is whole and on the disk, so that a backup that was cut short is never
    /// taken for one. The server goes on; only its checkpoints wait meanwhile.
    ///
    /// - Throws: ``Model/FileFault`` when there is no such database, it is damaged, or `copy` exists; the
    ///   database's error.
    package static func copy(
        path: String, to copy: String, applicationID: Int32, migrator: DatabaseMigrator
    ) throws {
        guard !DatabaseFile.exists(copy) else {
            throw FileFault(path: copy, reason: "is there already and was left alone")
        }
        let draft = copy + DatabaseFile.draftSuffix
        unlink(draft)
        try DatabaseFile.explained(path) {
            let source = try DatabaseFile.openToRead(
                path: path, applicationID: applicationID, migrator: migrator)
            try PrivateFiles.make(draft)
            let target = try DatabaseQueue(path: draft)
            try source.backup(to: target)
            try target.writeWithoutTransaction { database in
                // One file that needs no other beside it, until a server opens it.
                try database.execute(sql: "PRAGMA journal_mode = DELETE")
                try DatabaseFile.checkSoundness(of: database, path: draft)
            }
            try target.close()
            try source.close()
        }
        try sync(draft)
        guard rename(draft, copy) == 0 else {
            throw FileFault(path: copy, reason: String(cString: strerror(errno)))
        }
        Folder.sync((copy as NSString).deletingLastPathComponent)
    }

    private static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw FileFault(path: path, reason: String(cString: strerror(errno)))
        }
        close(descriptor)
    }
}

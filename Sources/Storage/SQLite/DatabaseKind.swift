internal import Foundation
package import GRDB
internal import Model

/// A kind of database: how a tier names its file, and the versions of its schema.
package struct DatabaseKind: Sendable {
    /// The database's file name in the data folder.
    package let fileName: String
    /// The name of the lock on it: see ``DataLock``.
    package let lockName: String
    /// Tells this kind of database from any other (`PRAGMA application_id`).
    package let applicationID: Int32
    package let migrator: DatabaseMigrator

    package init(fileName: String, lockName: String, applicationID: Int32, migrator: DatabaseMigrator) {
        self.fileName = fileName
        self.lockName = lockName
        self.applicationID = applicationID
        self.migrator = migrator
    }

    package func path(in folder: String) -> String { folder + "/" + fileName }

    package func exists(in folder: String) -> Bool { DatabaseFile.exists(path(in: folder)) }

    /// Makes a database with its first content if there is none: see
    /// ``DatabaseFile/create(path:applicationID:migrator:fill:)``.
    package func create(in folder: String, fill: (Database) throws -> Void) throws {
        try DatabaseFile.create(
            path: path(in: folder), applicationID: applicationID, migrator: migrator, fill: fill)
    }

    /// Reads the database in `folder` as of one moment, while its server runs or not, if it is sound.
    ///
    /// - Throws: ``Model/FileFault`` when there is none, or it is damaged or not of this kind and version.
    package func read<Value>(in folder: String, _ body: (Database) throws -> Value) throws -> Value {
        let path = path(in: folder)
        return try DatabaseFile.explained(path) {
            let database = try DatabaseFile.openToRead(
                path: path, applicationID: applicationID, migrator: migrator)
            return try database.read { database in
                try DatabaseFile.checkSoundness(of: database, path: path)
                return try body(database)
            }
        }
    }

    /// Copies the database in `folder`, as of one moment, and checks the copy. Its server may go on meanwhile; only
    /// its checkpoints wait.
    ///
    /// The copy gets its name when it is whole and on the disk, so that a backup that was cut short is never
    /// taken for one.
    ///
    /// - Throws: ``Model/FileFault`` when there is no such database, it is damaged, or `copyFolder` has one; the
    ///   database's error.
    package func backUp(from folder: String, to copyFolder: String) throws {
        let copy = path(in: copyFolder)
        guard !DatabaseFile.exists(copy) else {
            throw FileFault(path: copy, reason: "is there already and was left alone")
        }
        let draft = copy + DatabaseFile.draftSuffix
        unlink(draft)
        try DatabaseFile.explained(path(in: folder)) {
            let source = try DatabaseFile.openToRead(
                path: path(in: folder), applicationID: applicationID, migrator: migrator)
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
        try Self.sync(draft)
        guard rename(draft, copy) == 0 else {
            throw FileFault(path: copy, reason: String(cString: strerror(errno)))
        }
        Folder.sync(copyFolder)
    }

    private static func sync(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw FileFault(path: path, reason: String(cString: strerror(errno)))
        }
        close(descriptor)
    }
}

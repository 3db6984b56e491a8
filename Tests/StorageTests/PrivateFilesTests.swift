import Foundation
import GRDB
import Model
import Monitoring
import Storage
import TestSupport
import Testing

/// Only the store's user can read its files, under any umask. The umask belongs to the whole
/// process, so these tests run one at a time.
@Suite(.serialized) struct PrivateFilesTests {
    private func mode(_ path: String) -> UInt32 {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func withOpenMask(_ body: () throws -> Void) rethrows {
        let before = umask(0)
        defer { umask(before) }
        try body()
    }

    @Test func newFilesArePrivateFromTheStart() async throws {
        try await withTemporaryFolder { folder in
            try withOpenMask {
                try Folder.prepare(folder + "/a/b", option: "--data")
                let lock = try DataLock(path: folder + "/a/b/lock")
                let log = try OperationLog(path: folder + "/a/b/log")
                log.append("line")
                try log.shutdown()
                try LogFile.append(Data("line\n".utf8), to: folder + "/a/b/other")
                let pool = try DatabaseFile.open(
                    path: folder + "/a/b/db", applicationID: 7, migrator: DatabaseMigrator())
                try pool.write { try $0.execute(sql: "CREATE TABLE t (x)") }
                for name in ["lock", "log", "other", "db", "db-wal", "db-shm"] {
                    #expect(mode("\(folder)/a/b/\(name)") == 0o600, "\(name)")
                }
                for name in ["a", "a/b"] { #expect(mode("\(folder)/\(name)") == 0o700, "\(name)") }
                let kind = DatabaseKind(
                    fileName: "db", lockName: "lock", applicationID: 7, migrator: DatabaseMigrator())
                try kind.backUp(from: folder + "/a/b", to: folder)
                #expect(mode(folder + "/db") == 0o600)
                try pool.close()
                withExtendedLifetime(lock) {}
            }
        }
    }

    @Test func tightensFilesOfOlderVersions() async throws {
        try await withTemporaryFolder { folder in
            let data = folder + "/data"
            let own = [
                "catalog.sqlite", "catalog.sqlite-wal", "order.sqlite.new-shm", "find.sqlite", "order.lock",
                "catalog_log", "catalog_log.2", "catalog_log.1", "order_log-20261101.gz", "order_log.aside-1",
                "client_log",
            ]
            try FileManager.default.createDirectory(
                atPath: data + "/order-1", withIntermediateDirectories: true)
            #expect(chmod(data, 0o755) == 0)
            for name in own {
                try "x".write(toFile: "\(data)/\(name)", atomically: false, encoding: .utf8)
                #expect(chmod("\(data)/\(name)", name == "catalog.sqlite" ? 0o464 : 0o644) == 0)
            }
            #expect(PrivateFiles.tighten(in: data).isEmpty)
            for name in own {
                // The owner gets no new permission.
                #expect(mode("\(data)/\(name)") == (name == "catalog.sqlite" ? 0o400 : 0o600), "\(name)")
            }
            #expect(mode(data) == 0o700)
        }
    }

    @Test func leavesForeignFilesAlone() async throws {
        try await withTemporaryFolder { folder in
            let others = ["notes", "catalog_log.bak", "other.sqlite", "catalog_logs"]
            for name in others + ["catalog_log"] {
                try "x".write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
                #expect(chmod("\(folder)/\(name)", 0o644) == 0)
            }
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/order_log", withDestinationPath: folder + "/notes")
            #expect(chmod(folder, 0o755) == 0)
            #expect(PrivateFiles.tighten(in: folder).isEmpty)
            for name in others { #expect(mode("\(folder)/\(name)") == 0o644, "\(name)") }
            #expect(mode(folder + "/catalog_log") == 0o600)
            // Others can still reach their own files in it.
            #expect(mode(folder) == 0o755)
            #expect(PrivateFiles.tighten(in: folder + "/none").isEmpty)
        }
    }

    @Test func warnsOfAnotherUsersFile() async throws {
        // Only root can give a file away.
        guard geteuid() == 0 else { return }
        try await withTemporaryFolder { folder in
            let path = folder + "/catalog_log.1"
            try "x".write(toFile: path, atomically: false, encoding: .utf8)
            #expect(chmod(path, 0o644) == 0 && chown(path, 65_534, 65_534) == 0)
            let warnings = PrivateFiles.tighten(in: folder)
            #expect(
                warnings.count == 1 && warnings[0].contains("\(path) belongs to another user"), "\(warnings)")
            #expect(mode(path) == 0o644)
        }
    }

    @Test func tightensALogBehindALink() async throws {
        try await withTemporaryFolder { folder in
            try "".write(toFile: folder + "/elsewhere", atomically: false, encoding: .utf8)
            #expect(chmod(folder + "/elsewhere", 0o644) == 0)
            try FileManager.default.createSymbolicLink(
                atPath: folder + "/log", withDestinationPath: folder + "/elsewhere")
            try OperationLog(path: folder + "/log").shutdown()
            #expect(mode(folder + "/elsewhere") == 0o600)
        }
    }
}

import Foundation
import Model
import Storage
import TestSupport
import Testing

/// The files beside a database: its lock, its folder, logs set aside.
@Suite struct FolderTests {
    @Test func aLockHasOneHolder() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/lock"
            var lock: DataLock? = try DataLock(path: path)
            let fault = #expect(throws: FileFault.self) { try DataLock(path: path) }
            #expect(fault?.path == path)
            #expect(fault?.reason.contains("in use by process \(getpid());") == true)
            #expect(fault?.reason.contains("--data") == true)
            withExtendedLifetime(lock) {}
            lock = nil
            _ = try DataLock(path: path)
        }
    }

    @Test func aReferencedLockCanBeReleased() async throws {
        try await withTemporaryFolder { folder in
            let first = try DataLock(path: folder + "/lock")
            first.release()
            let second = try DataLock(path: folder + "/lock")
            first.release()
            #expect(throws: FileFault.self) { try DataLock(path: folder + "/lock") }
            withExtendedLifetime((first, second)) {}
        }
    }

    @Test func ignoresTheLockFileOfADeadProcess() async throws {
        try await withTemporaryFolder { folder in
            try "99999999999\n".write(toFile: folder + "/lock", atomically: false, encoding: .utf8)
            let lock = try DataLock(path: folder + "/lock")
            #expect(try String(contentsOfFile: folder + "/lock", encoding: .utf8) == "\(getpid())\n")
            withExtendedLifetime(lock) {}
        }
    }

    @Test func reportsWhyALockCannotBeMade() async throws {
        try await withTemporaryFolder { folder in
            let fault = #expect(throws: FileFault.self) { try DataLock(path: folder + "/none/lock") }
            #expect(fault?.reason == "cannot be written: No such file or directory")
        }
    }

    @Test func foldersAreMadeWithTheirParents() async throws {
        try await withTemporaryFolder { folder in
            try Folder.prepare(folder + "/a/b", option: "--output")
            try Folder.prepare(folder + "/a/b", option: "--output")
            try "text".write(toFile: folder + "/a/b/file", atomically: false, encoding: .utf8)
        }
    }

    @Test func refusesAFileInPlaceOfAFolder() async throws {
        try await withTemporaryFolder { folder in
            try "text".write(toFile: folder + "/file", atomically: false, encoding: .utf8)
            for path in [folder + "/file", folder + "/file/below"] {
                let fault = #expect(throws: FileFault.self) { try Folder.prepare(path, option: "--output") }
                #expect(fault?.path == path)
                #expect(fault?.reason.contains("--output") == true)
            }
        }
    }

    @Test func setsLogsAsideUnderFreeNames() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/log"
            for (number, text) in ["first", "second"].enumerated() {
                try text.write(toFile: path, atomically: false, encoding: .utf8)
                #expect(try LogFile.putAside(path) == "\(path).aside-\(number + 1)")
                #expect(!FileManager.default.fileExists(atPath: path))
            }
            #expect(try String(contentsOfFile: path + ".aside-1", encoding: .utf8) == "first")
            #expect(try String(contentsOfFile: path + ".aside-2", encoding: .utf8) == "second")
            #expect(throws: (any Error).self) { try LogFile.putAside(path) }
        }
    }
}

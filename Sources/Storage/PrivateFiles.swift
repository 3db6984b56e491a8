internal import Foundation
package import Model

/// Files of the store, which are for its own user alone from the moment in which they are made.
package enum PrivateFiles {
    /// Makes an empty file if there is none. What SQLite keeps beside a database gets the database's mode.
    ///
    /// - Throws: ``Model/FileFault`` when it cannot be made.
    package static func make(_ path: String) throws(FileFault) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, PrivateMode.file)
        guard descriptor >= 0 else {
            throw FileFault(path: path, reason: "cannot be written: \(String(cString: strerror(errno)))")
        }
        close(descriptor)
    }

    /// Takes from everybody else what they may do with the store's files in a folder, as older versions and a wide
    /// umask left them, and with the folder itself where nothing but the store's files is in it. Called before any of
    /// them is opened. What is not the store's is left alone.
    ///
    /// - Returns: what could not be tightened, with the remedy, in words for a log.
    package static func tighten(in folder: String) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        let own = ownNames(among: names)
        var warnings: [String] = []
        for name in own.sorted() {
            warnings += tighten(folder + "/" + name, type: S_IFREG, to: PrivateMode.file)
        }
        if names.allSatisfy({ own.contains($0) || isReplicaFolder($0) }) {
            warnings += tighten(folder, type: S_IFDIR, to: PrivateMode.folder)
        }
        return warnings
    }

    private static let databases = ["catalog.sqlite", "order.sqlite", "find.sqlite"]
    private static let logs = ["catalog_log", "order_log", "client_log"]

    /// The names in a folder that only the store gives.
    private static func ownNames(among names: [String]) -> Set<String> {
        var own: Set = ["catalog.lock", "order.lock"]
        for tier in ["catalog", "order"] {
            own.formUnion(["", LogFile.draftSuffix].map { tier + ReplicaFile.suffix + $0 })
        }
        for database in databases.flatMap({ [$0, $0 + DatabaseFile.draftSuffix] }) {
            own.formUnion(["", "-wal", "-shm", "-journal"].map { database + $0 })
        }
        for log in logs {
            own.formUnion([log, log + LogFile.draftSuffix])
            own.formUnion(RotatedLogs(of: log, among: names).names)
            own.formUnion(names.filter { $0.hasPrefix(log + LogFile.asideMark) })
        }
        return own.intersection(names)
    }

    /// Under `up` each further catalog and order server has a folder of its own in the first one's.
    private static func isReplicaFolder(_ name: String) -> Bool {
        ["catalog-", "order-"].contains { name.hasPrefix($0) && Int(name.dropFirst($0.count)) != nil }
    }

    private static func tighten(_ path: String, type: mode_t, to mode: mode_t) -> [String] {
        var status = stat()
        // A link is not followed: its target is tightened when it is opened. A folder may well be one.
        let found = type == S_IFDIR ? stat(path, &status) : lstat(path, &status)
        guard found == 0, status.st_mode & S_IFMT == type, status.st_mode & PrivateMode.withheld != 0 else {
            return []
        }
        let rest = "others than the store's user may use it; make it his, with mode \(String(mode, radix: 8))"
        guard status.st_uid == geteuid() else { return ["\(path) belongs to another user, and \(rest)"] }
        guard chmod(path, status.st_mode & mode) == 0 else {
            return ["\(path) cannot be changed (\(String(cString: strerror(errno)))), and \(rest)"]
        }
        return []
    }
}

import Foundation

/// The content of a tier's files when it ends. The objects of the dead tier are released only
/// afterwards, and their further changes to the files are undone.
struct DiskImage {
    private let contents: [(path: String, bytes: Data?)]
    private let logLength: Int
    private let logPath: String
    private let sharedMemoryPath: String

    /// - Parameters:
    ///   - database: the database's path; its write-ahead log is beside it.
    ///   - walLength: how much of the write-ahead log survives; nil for all.
    ///   - logLength: how much of the tier's log survives, given its length.
    init(database: String, log: String, walLength: Int? = nil, logLength: (Int) -> Int = { $0 }) {
        let wal = FileManager.default.contents(atPath: database + "-wal")
        contents = [
            (database, FileManager.default.contents(atPath: database)),
            (database + "-wal", wal.map { $0.prefix(walLength ?? $0.count) }),
        ]
        sharedMemoryPath = database + "-shm"
        logPath = log
        self.logLength = logLength(DiskImage.length(of: log))
    }

    static func length(of path: String) -> Int {
        let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        return (size ?? nil) ?? 0
    }

    /// Restores the files. The log keeps its inode, by which the store knows it.
    func restore() throws {
        unlink(sharedMemoryPath)
        for (path, bytes) in contents {
            if let bytes { try bytes.write(to: URL(fileURLWithPath: path)) } else { unlink(path) }
        }
        if logLength < DiskImage.length(of: logPath) { truncate(logPath, off_t(logLength)) }
    }
}

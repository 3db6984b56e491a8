import Foundation

/// What a tier's files hold at the moment of its end. The objects of the dead tier are let go only
/// afterwards, and whatever they still do to the files is undone.
struct DiskImage {
    private let contents: [(path: String, bytes: Data?)]
    private let logLength: Int
    private let logPath: String
    private let sharedMemoryPath: String

    /// - Parameters:
    ///   - database: the database's path; its write-ahead log stands beside it.
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

    /// Puts the files back as they were. The log keeps its inode, by which it is known.
    func restore() throws {
        unlink(sharedMemoryPath)
        for (path, bytes) in contents {
            if let bytes { try bytes.write(to: URL(fileURLWithPath: path)) } else { unlink(path) }
        }
        if logLength < DiskImage.length(of: logPath) { truncate(logPath, off_t(logLength)) }
    }
}

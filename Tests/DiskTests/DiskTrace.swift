import Foundation

/// What the recorder (`shim/recorder.c`) saw a process do, in the order in which it was done.
struct DiskRecord {
    enum Kind: UInt8 {
        /// A file was made: its name and inode.
        case create = 0x43
        /// Bytes were written: the data at an offset.
        case write = 0x57
        /// The file was cut or grown to `offset` bytes.
        case truncate = 0x54
        /// A file's sync succeeded.
        case sync = 0x53
        /// A folder's sync succeeded.
        case syncFolder = 0x44
        /// A file's sync failed: the system forgot what was not written yet.
        case failedSync = 0x46
        /// A file was renamed from `path` to the name in `data`.
        case rename = 0x52
        case unlink = 0x55
        case makeFolder = 0x4D
        /// The test noted that a client has its answer: `path` says which.
        case note = 0x41
    }

    let kind: Kind
    let inode: UInt64
    let offset: Int
    let path: String
    let data: [UInt8]

    /// The new name of a renamed file.
    var newPath: String { String(decoding: data, as: UTF8.self) }
    /// Tells nothing: takes the place of a record that a test leaves out.
    static let nothing = DiskRecord(kind: .note, inode: 0, offset: 0, path: "nothing", data: [])
    /// Whether it is a point at which something became durable.
    var isSync: Bool { kind == .sync || kind == .syncFolder }
}

/// The file that the recorders of several processes and the test share.
struct DiskTrace {
    private static let headBytes = 32
    let path: String

    /// Notes that a client has its answer. The file's order is the order in time.
    func note(_ text: String) throws {
        var head: [UInt8] = []
        withUnsafeBytes(of: UInt32(DiskRecord.Kind.note.rawValue)) { head += $0 }
        withUnsafeBytes(of: UInt32(text.utf8.count)) { head += $0 }
        head += [UInt8](repeating: 0, count: Self.headBytes - head.count)
        let bytes = head + Array(text.utf8)
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
            throw ServerRun.Failed(description: "cannot write \(path)")
        }
    }

    /// All records so far.
    func records() throws -> [DiskRecord] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        var records: [DiskRecord] = []
        try bytes.withUnsafeBytes { buffer in
            var at = 0
            while at + Self.headBytes <= buffer.count {
                let kind = buffer.loadUnaligned(fromByteOffset: at, as: UInt32.self)
                let pathCount = Int(buffer.loadUnaligned(fromByteOffset: at + 4, as: UInt32.self))
                let inode = buffer.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self)
                let offset = Int(buffer.loadUnaligned(fromByteOffset: at + 16, as: UInt64.self))
                let dataCount = Int(buffer.loadUnaligned(fromByteOffset: at + 24, as: UInt64.self))
                at += Self.headBytes
                guard let kind = DiskRecord.Kind(rawValue: UInt8(truncatingIfNeeded: kind)),
                    at + pathCount + dataCount <= buffer.count
                else { throw ServerRun.Failed(description: "\(path) is no trace at byte \(at)") }
                let path = String(decoding: buffer[at..<at + pathCount], as: UTF8.self)
                at += pathCount
                records.append(
                    DiskRecord(
                        kind: kind, inode: inode, offset: offset, path: path,
                        data: Array(buffer[at..<at + dataCount])))
                at += dataCount
            }
        }
        return records
    }
}

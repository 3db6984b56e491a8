import Foundation
import TestSupport

/// What the recorder (`shim/recorder.c`) saw a process do, in order.
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
        /// A file's sync failed: the system dropped what was not yet written.
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
    /// No operation: replaces a record that a test omits.
    static let nothing = DiskRecord(kind: .note, inode: 0, offset: 0, path: "nothing", data: [])
    /// Whether something became durable at this point.
    var isSync: Bool { kind == .sync || kind == .syncFolder }
}

/// The file that the recorders of several processes and the test share.
struct DiskTrace {
    private static let headBytes = 32
    let path: String

    /// Records that a client has its answer. The order in the file is the order in time.
    func record(_ text: String) throws {
        var head: [UInt8] = []
        withUnsafeBytes(of: UInt32(DiskRecord.Kind.note.rawValue)) { head += $0 }
        withUnsafeBytes(of: UInt32(text.utf8.count)) { head += $0 }
        head += [UInt8](repeating: 0, count: Self.headBytes - head.count)
        let bytes = head + Array(text.utf8)
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count else {
            throw ServerProcess.Failed(description: "cannot write \(path)")
        }
    }

    /// All records so far, without a torn one that a process was writing when it died: it records a
    /// write that no sync of that process has followed.
    func records() throws -> [DiskRecord] {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        return bytes.withUnsafeBytes { buffer in
            var records: [DiskRecord] = []
            var at = 0
            while at < buffer.count {
                if let (record, next) = Self.record(in: buffer, at: at) {
                    records.append(record)
                    at = next
                } else if let next = (at + 1..<buffer.count).first(where: { Self.isWhole(buffer, from: $0) })
                {
                    at = next
                } else {
                    break
                }
            }
            return records
        }
    }

    /// Whether only whole records follow `start`.
    private static func isWhole(_ buffer: UnsafeRawBufferPointer, from start: Int) -> Bool {
        var at = start
        while at < buffer.count {
            guard let (_, next) = record(in: buffer, at: at) else { return false }
            at = next
        }
        return true
    }

    private static func record(
        in buffer: UnsafeRawBufferPointer, at start: Int
    ) -> (record: DiskRecord, next: Int)? {
        let body = start + headBytes
        guard body <= buffer.count,
            let kind = UInt8(exactly: buffer.loadUnaligned(fromByteOffset: start, as: UInt32.self))
                .flatMap(DiskRecord.Kind.init(rawValue:)),
            let dataCount = Int(exactly: buffer.loadUnaligned(fromByteOffset: start + 24, as: UInt64.self)),
            let offset = Int(exactly: buffer.loadUnaligned(fromByteOffset: start + 16, as: UInt64.self))
        else { return nil }
        let pathCount = Int(buffer.loadUnaligned(fromByteOffset: start + 4, as: UInt32.self))
        guard pathCount <= buffer.count - body, dataCount <= buffer.count - body - pathCount else {
            return nil
        }
        let data = body + pathCount
        let record = DiskRecord(
            kind: kind, inode: buffer.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self),
            offset: offset, path: String(decoding: buffer[body..<data], as: UTF8.self),
            data: Array(buffer[data..<data + dataCount]))
        return (record, data + dataCount)
    }
}

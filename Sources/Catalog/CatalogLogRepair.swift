internal import Foundation
internal import Logging
internal import Model
internal import Storage

/// Brings the catalog log up to its ledger when the catalog starts.
struct CatalogLogRepair {
    let path: String
    let store: CatalogStore
    let logger: Logger

    private static func isUpdate(_ line: Substring) -> Bool { line.hasPrefix("update,") }

    func run() throws {
        guard let mark = try store.logMark() else { return try write() }
        let (finding, found) = try LogTail.read(path: path, mark: mark, isOperation: Self.isUpdate)
        switch finding {
        case .tail(var tail):
            var missing: [String] = []
            try store.forEachMovement(after: mark.sequence) { _, change in
                if !tail.take(change.logLine) { missing.append(change.logLine) }
            }
            try append(missing, to: found)
            if tail.unclaimedCount > 0 {
                logger.error("\(found) has \(tail.unclaimedCount) update lines that the ledger does not know")
            }
        case .lost:
            try replaceLost()
        }
    }

    /// The marked file is gone. A copy of it under its name is completed; anything else is put aside and
    /// the log is written anew from the ledger.
    private func replaceLost() throws {
        guard let data = FileManager.default.contents(atPath: path), !data.isEmpty else {
            logger.warning("\(path) was missing and is written anew from the ledger")
            return try write()
        }
        // What is not text, such as a character cut in two, fits no line and is put aside with the rest.
        let text = String(decoding: data, as: UTF8.self)
        let lines = text.split(separator: "\n")
        let updates = lines.filter(Self.isUpdate)
        var expected: [String] = []
        try store.forEachMovement(after: 0) { _, change in expected.append(change.logLine) }
        let initCount = lines.count { $0.hasPrefix("init,") }
        if text.hasSuffix("\n"), initCount == store.bookCount,
            zip(updates, expected).allSatisfy({ $0 == $1 }),
            updates.count <= expected.count
        {
            return try append(Array(expected[updates.count...]), to: path)
        }
        let aside = try LogFile.putAside(path)
        logger.warning("\(path) does not fit the ledger: moved to \(aside), written anew from the ledger")
        try write()
    }

    private func append(_ lines: [String], to path: String) throws {
        guard !lines.isEmpty else { return }
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw FileFault(path: path, reason: "cannot be written")
        }
        defer { try? handle.close() }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(lines.map { $0 + "\n" }.joined().utf8))
        try handle.synchronize()
        logger.notice("\(path): completed with \(lines.count) update lines from the ledger")
    }

    /// Writes the whole log, under another name until it is complete.
    private func write() throws {
        let draft = path + LogFile.draftSuffix
        guard FileManager.default.createFile(atPath: draft, contents: nil),
            let handle = FileHandle(forWritingAtPath: draft)
        else { throw FileFault(path: draft, reason: "cannot be written") }
        defer { try? handle.close() }
        var chunk = Data()
        let put = { (line: String) throws in
            chunk.append(contentsOf: line.utf8)
            chunk.append(UInt8(ascii: "\n"))
            if chunk.count > 1 << 20 {
                try handle.write(contentsOf: chunk)
                chunk.removeAll(keepingCapacity: true)
            }
        }
        try store.forEachOpeningBook { try put(BookLine.text($0)) }
        try store.forEachMovement(after: 0) { _, change in try put(change.logLine) }
        try handle.write(contentsOf: chunk)
        try handle.synchronize()
        // Marked before it takes its name: a crash between the two must not leave the old mark, whose file's
        // number this one may have got.
        if let mark = LogMark(endOf: draft, sequence: store.lastMovement) { try store.save(mark) }
        guard rename(draft, path) == 0 else {
            throw FileFault(path: path, reason: String(cString: strerror(errno)))
        }
        Folder.sync((path as NSString).deletingLastPathComponent)
    }
}

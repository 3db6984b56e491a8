internal import Foundation
internal import Logging
internal import Model
internal import Monitoring
internal import Storage

/// Brings the catalog log up to its ledger when the catalog starts.
struct CatalogLogRepair: Sendable {
    let path: String
    let store: any CatalogStoring
    let logger: Logger

    /// Completes the log from the ledger after a crash, or rewrites it.
    func run() throws -> RepairedLog {
        try repair()
        return RepairedLog()
    }

    private func repair() throws {
        guard let mark = try store.logMark() else { return try findLog() }
        let (finding, found) = try LogTail.read(path: path, mark: mark, isOperation: LedgerEntry.isLogged)
        switch finding {
        case .tail(var tail):
            var missing: [String] = []
            try store.forEachLine(after: mark.sequence) { if !tail.take($0) { missing.append($0) } }
            try append(missing, to: found)
            if tail.unclaimedCount > 0 {
                logger.error("\(found) has \(tail.unclaimedCount) lines that the ledger does not know")
            }
        case .lost:
            logger.warning(
                "\(path) is not the log that was written last; it is compared with the whole ledger")
            // Forgotten before anything is written: a file that is completed may get longer than a mark of which it had
            // lost bytes. A crash before the next batch must not leave that mark, which then points into other lines.
            try store.save(.unknown)
            try findLog()
        }
    }

    // MARK: Where it is not known which file is the log

    /// Completes what is there, alone or behind the files that log rotation made, if it is a log of this
    /// ledger. Anything else is put aside, and the log is rewritten.
    private func findLog() throws {
        let files = LogFile.all(of: path)
        let rotated = files.filter { $0 != path }
        let hasCurrent = files.contains(path)
        for candidate in [files, hasCurrent ? [path] : []] where !candidate.isEmpty {
            guard let missing = try missing(from: candidate) else { continue }
            if hasCurrent { try LogTail.cutTornLine(of: path) }
            return try append(missing, to: path)
        }
        if hasCurrent, !rotated.isEmpty, let missing = try missing(from: rotated) {
            try putAside([path])
            return try append(missing, to: path)
        }
        try putAside(files.filter { !LogFile.isEmpty($0) })
        try write()
    }

    /// What the files lack of the ledger; nil when they are no log of it, that is: when they do not open its
    /// books or have other changes than it begins with.
    private func missing(from files: [String]) throws -> [String]? {
        var opening: [String] = []
        try store.forEachOpeningBook { opening.append(BookLine.text($0)) }
        var opened: [String] = []
        var changes: [Substring] = []
        for file in files {
            let data = try LogContent.read(file)
            // What is not text, such as a character cut in two, fits no line and is put aside with the rest.
            let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { data[...$0] } ?? Data()
            for line in String(decoding: whole, as: UTF8.self).split(separator: "\n") {
                if line.hasPrefix("init,"), opened.count < opening.count {
                    guard let book = try? BookLine.parse(logged: line) else { return nil }
                    opened.append(BookLine.text(book))
                } else if LedgerEntry.isLogged(by: line) {
                    changes.append(line)
                }
            }
        }
        guard opened.sorted() == opening.sorted() else { return nil }
        var expected: [String] = []
        try store.forEachLine(after: 0) { expected.append($0) }
        guard changes.count <= expected.count, zip(changes, expected).allSatisfy({ $0 == $1 }) else {
            return nil
        }
        return Array(expected[changes.count...])
    }

    private func putAside(_ files: [String]) throws {
        for file in files {
            let aside = try LogFile.putAside(file)
            logger.warning("\(file) does not fit the ledger: moved to \(aside)")
        }
    }

    // MARK: Writing

    private func append(_ lines: [String], to path: String) throws {
        guard !lines.isEmpty else { return }
        try LogFile.append(Data(lines.map { $0 + "\n" }.joined().utf8), to: path)
        logger.notice("\(path): completed with \(lines.count) lines from the ledger")
    }

    /// Writes the whole log, under another name until it is complete.
    private func write() throws {
        let draft = path + LogFile.draftSuffix
        unlink(draft)
        try PrivateFiles.make(draft)
        guard let handle = FileHandle(forWritingAtPath: draft) else {
            throw FileFault(path: draft, reason: "cannot be written")
        }
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
        try store.forEachLine(after: 0, put)
        try handle.write(contentsOf: chunk)
        try handle.synchronize()
        // Marked before it takes its name: a crash between the two must not leave the old mark, whose file's
        // number this one may have got.
        if let mark = LogMark(endOf: draft, sequence: store.lastNumber) { try store.save(mark) }
        guard rename(draft, path) == 0 else {
            throw FileFault(path: path, reason: String(cString: strerror(errno)))
        }
        Folder.sync((path as NSString).deletingLastPathComponent)
        logger.notice("\(path) is written anew from the ledger")
    }
}

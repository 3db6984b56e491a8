internal import Foundation
internal import Model

/// The file in a server's data folder that says which of its tier's logs in a database is the server's.
struct ReplicaFile {
    static let suffix = ".replica"

    let path: String

    init(tier: String, in folder: String) { path = folder + "/" + tier + Self.suffix }

    /// Nil where there is none.
    ///
    /// - Throws: ``Model/FileFault`` for one that says something else.
    func read() throws(FileFault) -> (number: Int64, identity: Int64)? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let words = text.split(whereSeparator: \.isWhitespace).map { Int64($0) }
        guard words.count == 2, let number = words[0], let identity = words[1], number > 0 else {
            throw FileFault(path: path, reason: "does not say which log is this server's; bring it back")
        }
        return (number, identity)
    }

    /// Puts it in the place of another one, at once and for good.
    ///
    /// - Throws: ``Model/FileFault`` where it cannot be written; the file system's error.
    func write(number: Int64, identity: Int64) throws {
        let draft = path + LogFile.draftSuffix
        unlink(draft)
        try LogFile.append(Data("\(number) \(identity)\n".utf8), to: draft)
        guard rename(draft, path) == 0 else {
            throw FileFault(path: path, reason: String(cString: strerror(errno)))
        }
        Folder.sync((path as NSString).deletingLastPathComponent)
    }
}

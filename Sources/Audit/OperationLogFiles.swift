internal import Foundation
public import Model
internal import Monitoring

/// A log with its rotated files, oldest first.
public struct OperationLogFiles: Sendable {
    /// The files' paths, in the order in which they were written.
    public let paths: [String]

    /// Files beside them whose names are those of no rotation, such as a copy that somebody made.
    public let unread: [String]

    /// The files named by hand, oldest first.
    public init(paths: [String]) {
        self.paths = paths
        unread = []
    }

    /// Finds `name` in a folder with the files that log rotation made of it.
    ///
    /// - Parameter needsCurrent: whether it is refused that there are rotated files only, as in the moment of a rotation
    ///   or after a loss.
    /// - Throws: ``Model/FileFault`` when one of them is missing in the middle, or their order cannot be told.
    public init(named name: String, in folder: String, needsCurrent: Bool = false) throws(FileFault) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let log = RotatedLogs(of: name, among: names)
        if let obstacle = log.obstacle {
            throw FileFault(path: folder + "/" + obstacle.name, reason: obstacle.reason)
        }
        guard !needsCurrent || !log.lacksCurrent(name) else {
            throw FileFault(
                path: folder + "/" + name,
                reason:
                    "is missing behind \(log.names.last ?? name); bring it back, or an empty one if it was just rotated"
            )
        }
        paths = log.names.map { folder + "/" + $0 }
        unread = log.unread.map { folder + "/" + $0 }
    }

    /// Whether there is no file at all.
    public var isEmpty: Bool { paths.isEmpty }

    /// Calls `body` with every whole line of all files, in order. A last line without its line break is still
    /// being written, or was torn by a crash, and is left out.
    ///
    /// - Throws: ``Model/FileFault`` when a file cannot be read; what the body throws.
    public func forEachLine(_ body: (Substring, FilePlace) throws -> Void) throws {
        for path in paths {
            let data = try LogContent.read(path)
            let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { data[...$0] } ?? Data()
            let text = String(decoding: whole, as: UTF8.self)
            for (number, line) in FileLines(text) { try body(line, FilePlace(path: path, line: number)) }
        }
    }
}

/// A line of a file.
public struct FilePlace: Sendable, CustomStringConvertible {
    /// The file.
    public let path: String
    /// The line, from 1.
    public let line: Int

    /// `path:line`.
    public var description: String { "\(path):\(line)" }
}

/// What a line of a store's log says.
public enum OperationLogLine: Sendable {
    /// The state a book was opened or added with.
    case opening(Book)
    /// An executed update; the log has no keys.
    case update(StockChange)
    /// A book was taken out of the shop.
    case retired(ItemNumber)
    /// A query.
    case query
    /// A completed purchase.
    case bought(ItemNumber)

    /// Reads a line.
    ///
    /// - Throws: ``Model/LineFault`` that says what is wrong with it.
    public init(parsing line: Substring) throws(LineFault) {
        if line.hasPrefix("init,") {
            self = .opening(try BookLine.parse(logged: line))
        } else if line.hasPrefix("update,") {
            self = .update(try Self.update(line))
        } else if line.hasPrefix(LedgerEntry.retiredPrefix),
            let item = ItemNumber(parsing: line.dropFirst(LedgerEntry.retiredPrefix.count))
        {
            self = .retired(item)
        } else if line.hasPrefix("query_by_topic,") || line.hasPrefix("query_by_item,") {
            self = .query
        } else if line.hasPrefix("bought book "), let item = ItemNumber(parsing: line.dropFirst(12)) {
            self = .bought(item)
        } else {
            throw LineFault("is no line of a store's log: \(ShownText.quoted(line))")
        }
    }

    private static func update(_ line: Substring) throws(LineFault) -> StockChange {
        let parts = line.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 4, let item = ItemNumber(parsing: parts[1]) else {
            throw LineFault("expected update,item_number,cost,stock")
        }
        let price = Cents(parsing: parts[2])
        let units = Int64(parts[3])
        guard price != nil || parts[2] == "na", units != nil || parts[3] == "na", price != nil || units != nil
        else { throw LineFault("expected update,item_number,cost,stock with an amount or a change in it") }
        return StockChange(item: item, price: price, units: units)
    }
}

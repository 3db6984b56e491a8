internal import Foundation
package import Monitoring

/// How far a log is known to hold what its database holds. Kept in the database and written with every
/// batch, it bounds what a restart has to compare.
package struct LogMark: Equatable, Sendable {
    /// Which file, and how many of its bytes held every operation up to `sequence`.
    package var position: OperationLog.Position
    /// The number of the last operation whose line is before the position.
    package var sequence: Int64

    package init(position: OperationLog.Position, sequence: Int64) {
        self.position = position
        self.sequence = sequence
    }

    /// The mark of no file: no file system numbers one so.
    package static let unknown = LogMark(position: OperationLog.Position(inode: 0, offset: 0), sequence: 0)

    /// The mark of a log that holds everything up to `sequence`; nil where there is no file. A torn last line
    /// stays behind the mark.
    package init?(endOf path: String, sequence: Int64) {
        var status = stat()
        guard stat(path, &status) == 0, let data = FileManager.default.contents(atPath: path) else {
            return nil
        }
        let whole = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let position = OperationLog.Position(inode: UInt64(status.st_ino), offset: UInt64(whole))
        self.init(position: position, sequence: sequence)
    }
}

internal import Synchronization

/// How far an import is, for who asks meanwhile. Of several that are under way, the one that moved last.
final class ImportProgress: Sendable {
    /// Books between two reports of progress.
    static let step = 4_096

    private let counts = Mutex((read: 0, written: 0))

    /// Lines read and books written; zeros where no import is under way.
    var now: (read: Int, written: Int) { counts.withLock { $0 } }

    /// The file's lines are being read.
    func reading(_ count: Int) { counts.withLock { $0 = (count, 0) } }

    /// All are read, and so many books are written.
    func writing(_ count: Int, of total: Int) { counts.withLock { $0 = (total, count) } }

    /// Nothing is under way any more.
    func end() { counts.withLock { $0 = (0, 0) } }
}

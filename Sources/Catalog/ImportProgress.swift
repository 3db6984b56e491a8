internal import Model
internal import Synchronization

/// How far an import is, for who asks meanwhile, and which are under way. Of several, the one that moved last is told of.
final class ImportProgress: Sendable {
    /// Books between two reports of progress.
    static let step = 4_096

    private let counts = Mutex((read: 0, written: 0))
    private let underWay = Mutex<Set<IdempotencyKey>>([])

    /// Lines read and books written; zeros where no import is under way.
    var now: (read: Int, written: Int) { counts.withLock { $0 } }

    /// Begins an import; false where one with this key is under way.
    func begin(_ key: IdempotencyKey) -> Bool { underWay.withLock { $0.insert(key).inserted } }

    /// The file's lines are being read.
    func reading(_ count: Int) { counts.withLock { $0 = (count, 0) } }

    /// All are read, and so many books are written.
    func writing(_ count: Int, of total: Int) { counts.withLock { $0 = (total, count) } }

    /// Nothing is under way any more.
    ///
    /// - Parameter key: of the import that ends; nil of one that was only looked at.
    func end(_ key: IdempotencyKey? = nil) {
        counts.withLock { $0 = (0, 0) }
        if let key { _ = underWay.withLock { $0.remove(key) } }
    }
}

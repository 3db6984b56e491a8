internal import NIOCore
internal import Synchronization

/// The files that keepers look at before they import them, so that none has to be chosen twice. They are only in memory:
/// after a restart of the shop one chooses again.
final class HeldFiles: Sendable {
    /// Files that are held, one for a session; a further one ends the oldest.
    static let countMax = 8

    private let files = Mutex<[(session: String, bytes: ByteBuffer)]>([])

    /// Holds a file for a session, in the place of the one before.
    func hold(_ bytes: ByteBuffer, for session: DeskSession) {
        files.withLock { files in
            files.removeAll { $0.session == session.formToken }
            files.append((session.formToken, bytes))
            files.removeFirst(max(0, files.count - Self.countMax))
        }
    }

    /// The session's file; nil where none is held.
    func file(of session: DeskSession) -> ByteBuffer? {
        files.withLock { files in files.first { $0.session == session.formToken }?.bytes }
    }

    /// The session's file is imported.
    func drop(of session: DeskSession) { files.withLock { $0.removeAll { $0.session == session.formToken } } }
}

package import GRDB
internal import GRDBSQLite

extension Database {
    /// Steps of SQLite between two questions whether the work is still wanted: some tens of microseconds.
    private static let stepCount: Int32 = 1_000

    /// Runs statements as long as their result is wanted. SQLite asks now and then, and gives up when
    /// it is not.
    ///
    /// - Parameter isWanted: asked on this thread, often.
    /// - Throws: the body's error; ``wasGivenUp(_:)`` recognizes the one of having given up.
    package func whileWanted<Value>(
        _ isWanted: @escaping () -> Bool, _ body: () throws -> Value
    ) throws -> Value {
        let question = Question(isWanted)
        return try withExtendedLifetime(question) {
            sqlite3_progress_handler(
                sqliteConnection, Self.stepCount,
                { pointer in
                    guard let pointer else { return 0 }
                    return Unmanaged<Question>.fromOpaque(pointer).takeUnretainedValue().isWanted() ? 0 : 1
                }, Unmanaged.passUnretained(question).toOpaque())
            defer { sqlite3_progress_handler(sqliteConnection, 0, nil, nil) }
            return try body()
        }
    }

    /// Whether an error says that the work was given up because its result was no longer wanted.
    package static func wasGivenUp(_ error: any Error) -> Bool {
        (error as? DatabaseError)?.resultCode == .SQLITE_INTERRUPT
    }

    private final class Question {
        let isWanted: () -> Bool

        init(_ isWanted: @escaping () -> Bool) { self.isWanted = isWanted }
    }
}

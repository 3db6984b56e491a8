internal import CPQ

/// libpq, which is looked for when a store asks for PostgreSQL and not before.
enum PostgresLibrary {
    private static let found: Result<PQFunctions, PostgresError> = {
        var functions = PQFunctions()
        var fault: UnsafePointer<CChar>?
        guard cpq_load(&functions, &fault) else {
            return .failure(
                PostgresError(
                    .refused,
                    """
                    a store on PostgreSQL needs libpq 14 or newer: install Debian's package libpq5 \
                    (\(fault.map { String(cString: $0) } ?? "libpq.so.5 is missing"))
                    """))
        }
        return .success(functions)
    }()

    /// The functions of libpq.
    ///
    /// - Throws: ``PostgresError`` where it is not installed.
    static var functions: PQFunctions { get throws(PostgresError) { try found.get() } }

    /// A text of libpq; empty for none.
    static func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
}

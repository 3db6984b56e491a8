internal import Model
internal import Storage

/// The images of covers in PostgreSQL.
enum PostgresCovers {
    static let table = """
        CREATE TABLE bookstore.cover (
            digest text PRIMARY KEY CHECK (length(digest) = 64),
            image bytea NOT NULL
        );

        """

    static func keep(_ cover: Cover, on connection: PostgresConnection) throws {
        try connection.run(
            "INSERT INTO cover (digest, image) VALUES ($1::text, $2::bytea) ON CONFLICT DO NOTHING",
            [.text(cover.digest), .bytes(cover.image)])
    }

    static func has(_ digest: String, on connection: PostgresConnection) throws -> Bool {
        try !connection.run("SELECT 1 FROM cover WHERE digest = $1::text", [.text(digest)]).isEmpty
    }

    static func image(_ digest: String, on connection: PostgresConnection) throws -> [UInt8]? {
        try connection.run("SELECT image FROM cover WHERE digest = $1::text", [.text(digest)]).first?.bytes(0)
    }
}

package import Model
internal import Storage

/// Keepers and their sessions in PostgreSQL: the tables of ``KeeperRows``.
enum PostgresKeeperRows {
    static let tables = """
        CREATE TABLE bookstore.keeper (
            folded text PRIMARY KEY CHECK (folded <> ''),
            name text NOT NULL,
            role text NOT NULL CHECK (role IN ('owner', 'keeper', 'reader')),
            hash text NOT NULL CHECK (hash <> ''),
            made_millis bigint NOT NULL
        );
        CREATE TABLE bookstore.keeper_session (
            digest text PRIMARY KEY CHECK (length(digest) = 64),
            keeper text NOT NULL REFERENCES bookstore.keeper,
            opened_millis bigint NOT NULL,
            used_millis bigint NOT NULL,
            device text
        );
        CREATE INDEX keeper_session_keeper ON bookstore.keeper_session (keeper);

        """

    fileprivate static let sessionColumns = "digest, keeper, opened_millis, used_millis, device"

    static func keeper(_ name: String, on connection: PostgresConnection) throws -> KeeperRecord? {
        try connection.run(
            "SELECT name, role, hash, made_millis FROM keeper WHERE folded = $1::text", [.text(name)]
        ).first.flatMap(record)
    }

    fileprivate static func record(_ row: PostgresRows.Row) -> KeeperRecord? {
        KeeperRole(rawValue: row.text(1) ?? "").map {
            KeeperRecord(
                keeper: Keeper(name: row.text(0) ?? "", role: $0, made: Timestamp(millis: row[3])),
                hash: row.text(2) ?? "")
        }
    }

    /// Reads ``sessionColumns``.
    fileprivate static func session(_ row: PostgresRows.Row) -> SessionRecord {
        SessionRecord(
            digest: row.text(0) ?? "", keeper: row.text(1) ?? "", opened: Timestamp(millis: row[2]),
            used: Timestamp(millis: row[3]), device: row.text(4))
    }
}

// They are changed rarely, so each statement may have a round trip of its own.
extension PostgresLedger {
    func keeper(_ name: String) throws -> KeeperRecord? {
        try PostgresKeeperRows.keeper(name, on: connection)
    }

    func keeperCount(_ role: KeeperRole?) throws -> Int {
        let rows = try connection.run(
            "SELECT count(*) FROM keeper WHERE role = coalesce($1::text, role)", [.text(role?.rawValue)])
        return Int(rows[0][0])
    }

    func add(_ record: KeeperRecord) throws {
        try connection.run(
            """
            INSERT INTO keeper (folded, name, role, hash, made_millis)
            VALUES ($1::text, $2::text, $3::text, $4::text, $5::bigint)
            """,
            [
                .text(record.folded), .text(record.keeper.name), .text(record.keeper.role.rawValue),
                .text(record.hash), .int(record.keeper.made.millis),
            ])
    }

    func write(_ record: KeeperRecord) throws {
        try connection.run(
            "UPDATE keeper SET role = $1::text, hash = $2::text WHERE folded = $3::text",
            [.text(record.keeper.role.rawValue), .text(record.hash), .text(record.folded)])
    }

    func removeKeeper(_ name: String) throws {
        try connection.run("DELETE FROM keeper WHERE folded = $1::text", [.text(name)])
    }

    func add(_ session: SessionRecord) throws {
        try connection.run([
            PostgresStatement(
                "DELETE FROM keeper_session WHERE used_millis <= $1::bigint OR opened_millis <= $2::bigint",
                [
                    .int(session.opened.millis - KeeperSession.idleMillisMax),
                    .int(session.opened.millis - KeeperSession.ageMillisMax),
                ]),
            PostgresStatement(
                """
                DELETE FROM keeper_session WHERE digest IN (
                    SELECT digest FROM keeper_session WHERE keeper = $1::text
                    ORDER BY used_millis DESC, digest OFFSET $2::bigint)
                """, [.text(session.keeper), .int(Int64(KeeperSession.countMax - 1))]),
            PostgresStatement(
                """
                INSERT INTO keeper_session (\(PostgresKeeperRows.sessionColumns))
                VALUES ($1::text, $2::text, $3::bigint, $4::bigint, $5::text)
                """,
                [
                    .text(session.digest), .text(session.keeper), .int(session.opened.millis),
                    .int(session.used.millis), .text(session.device),
                ]),
        ])
    }

    func use(_ digest: String, at time: Timestamp) throws {
        try connection.run(
            """
            UPDATE keeper_session SET used_millis = $1::bigint
            WHERE digest = $2::text AND used_millis <= $1::bigint - $3::bigint
            """, [.int(time.millis), .text(digest), .int(KeeperSession.useMillis)])
    }

    func end(_ sessions: EndedSession) throws -> Int {
        let (condition, parameters): (String, [PostgresValue]) =
            switch sessions {
            case .digest(let digest): ("digest = $1::text", [.text(digest)])
            case .id(let id, let keeper):
                (
                    "left(digest, \(SessionRecord.idLength)) = $1::text AND keeper = coalesce($2::text, keeper)",
                    [.text(id), .text(keeper)]
                )
            case .all(let keeper): ("keeper = $1::text", [.text(keeper)])
            }
        return try connection.run(
            "DELETE FROM keeper_session WHERE \(condition) RETURNING digest", parameters
        ).count
    }
}

extension PostgresCatalogStore {
    package func keepers(at time: Timestamp) throws -> [KeeperEntry] {
        try database.read { connection in
            let rows = try connection.run(
                "SELECT \(PostgresKeeperRows.sessionColumns) FROM keeper_session ORDER BY opened_millis DESC")
            let sessions = Dictionary(grouping: rows.map(PostgresKeeperRows.session), by: \.keeper)
            let keepers = try connection.run(
                #"SELECT name, role, hash, made_millis FROM keeper ORDER BY folded COLLATE "C""#)
            return keepers.compactMap(PostgresKeeperRows.record).map {
                $0.entry(of: sessions[$0.folded] ?? [], at: time)
            }
        }
    }

    package func keeper(_ name: String) throws -> KeeperRecord? {
        try database.read { try PostgresKeeperRows.keeper(name, on: $0) }
    }

    package func session(_ digest: String) throws -> KeeperSession? {
        try database.read { connection in
            let rows = try connection.run(
                """
                SELECT \(PostgresKeeperRows.sessionColumns), name, role
                FROM keeper_session JOIN keeper ON folded = keeper WHERE digest = $1::text
                """, [.text(digest)])
            guard let row = rows.first, let role = KeeperRole(rawValue: row.text(6) ?? "") else { return nil }
            return PostgresKeeperRows.session(row).session(name: row.text(5) ?? "", role: role)
        }
    }
}

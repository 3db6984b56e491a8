internal import GRDB
package import Model
internal import Storage

/// Keepers and their sessions in SQLite.
enum KeeperRows {
    static let tables = """
        CREATE TABLE keeper (
            folded TEXT PRIMARY KEY CHECK (folded <> ''),
            name TEXT NOT NULL,
            role TEXT NOT NULL CHECK (role IN ('owner', 'keeper', 'reader')),
            hash TEXT NOT NULL CHECK (hash <> ''),
            made_millis INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE keeper_session (
            digest TEXT PRIMARY KEY CHECK (length(digest) = 64),
            keeper TEXT NOT NULL REFERENCES keeper,
            opened_millis INTEGER NOT NULL,
            used_millis INTEGER NOT NULL,
            device TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX keeper_session_keeper ON keeper_session (keeper);
        """

    fileprivate static let sessionColumns = "digest, keeper, opened_millis, used_millis, device"

    static func keeper(_ name: String, in database: Database) throws -> KeeperRecord? {
        try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT name, role, hash, made_millis FROM keeper WHERE folded = ?"), arguments: [name]
        ).flatMap(record)
    }

    fileprivate static func record(_ row: Row) -> KeeperRecord? {
        KeeperRole(rawValue: row[1]).map {
            KeeperRecord(
                keeper: Keeper(name: row[0], role: $0, made: Timestamp(millis: row[3])), hash: row[2])
        }
    }

    /// Reads ``sessionColumns``.
    fileprivate static func session(_ row: Row) -> SessionRecord {
        SessionRecord(
            digest: row[0], keeper: row[1], opened: Timestamp(millis: row[2]),
            used: Timestamp(millis: row[3]), device: row[4])
    }
}

extension SQLiteLedger {
    func keeper(_ name: String) throws -> KeeperRecord? { try KeeperRows.keeper(name, in: database) }

    func keeperCount(_ role: KeeperRole?) throws -> Int {
        let name = role?.rawValue
        return try Int.fetchOne(
            database, sql: "SELECT count(*) FROM keeper WHERE role = ifnull(?, role)", arguments: [name]) ?? 0
    }

    func add(_ record: KeeperRecord) throws {
        try database.execute(
            sql: "INSERT INTO keeper (folded, name, role, hash, made_millis) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                record.folded, record.keeper.name, record.keeper.role.rawValue, record.hash,
                record.keeper.made.millis,
            ])
    }

    func write(_ record: KeeperRecord) throws {
        try database.execute(
            sql: "UPDATE keeper SET role = ?, hash = ? WHERE folded = ?",
            arguments: [record.keeper.role.rawValue, record.hash, record.folded])
    }

    func removeKeeper(_ name: String) throws {
        try database.execute(sql: "DELETE FROM keeper WHERE folded = ?", arguments: [name])
    }

    func add(_ session: SessionRecord) throws {
        try database.execute(
            sql: "DELETE FROM keeper_session WHERE used_millis <= ? OR opened_millis <= ?",
            arguments: [
                session.opened.millis - KeeperSession.idleMillisMax,
                session.opened.millis - KeeperSession.ageMillisMax,
            ])
        try database.execute(
            sql: """
                DELETE FROM keeper_session WHERE digest IN (
                    SELECT digest FROM keeper_session WHERE keeper = ? ORDER BY used_millis DESC, digest
                    LIMIT -1 OFFSET ?)
                """, arguments: [session.keeper, KeeperSession.countMax - 1])
        try database.execute(
            sql: "INSERT INTO keeper_session (\(KeeperRows.sessionColumns)) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                session.digest, session.keeper, session.opened.millis, session.used.millis, session.device,
            ])
    }

    func use(_ digest: String, at time: Timestamp) throws {
        try database.execute(
            sql: "UPDATE keeper_session SET used_millis = ? WHERE digest = ? AND used_millis <= ?",
            arguments: [time.millis, digest, time.millis - KeeperSession.useMillis])
    }

    func end(_ sessions: EndedSession) throws -> Int {
        switch sessions {
        case .digest(let digest):
            try database.execute(sql: "DELETE FROM keeper_session WHERE digest = ?", arguments: [digest])
        case .id(let id, let keeper):
            try database.execute(
                sql: """
                    DELETE FROM keeper_session
                    WHERE substr(digest, 1, \(SessionRecord.idLength)) = ? AND keeper = ifnull(?, keeper)
                    """, arguments: [id, keeper])
        case .all(let keeper):
            try database.execute(sql: "DELETE FROM keeper_session WHERE keeper = ?", arguments: [keeper])
        }
        return database.changesCount
    }
}

extension CatalogStore {
    package func keepers(at time: Timestamp) throws -> [KeeperEntry] {
        try file.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT \(KeeperRows.sessionColumns) FROM keeper_session ORDER BY opened_millis DESC")
            let sessions = Dictionary(grouping: rows.map(KeeperRows.session), by: \.keeper)
            let keepers = try Row.fetchAll(
                database, sql: "SELECT name, role, hash, made_millis FROM keeper ORDER BY folded")
            return keepers.compactMap(KeeperRows.record).map {
                $0.entry(of: sessions[$0.folded] ?? [], at: time)
            }
        }
    }

    package func keeper(_ name: String) throws -> KeeperRecord? {
        try file.read { try KeeperRows.keeper(name, in: $0) }
    }

    package func session(_ digest: String) throws -> KeeperSession? {
        try file.read { database in
            let row = try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT \(KeeperRows.sessionColumns), name, role
                        FROM keeper_session JOIN keeper ON folded = keeper WHERE digest = ?
                        """), arguments: [digest])
            guard let row, let role = KeeperRole(rawValue: row[6]) else { return nil }
            return KeeperRows.session(row).session(name: row[5], role: role)
        }
    }
}

package import Model
internal import Storage

/// The shop's settings in PostgreSQL: the table of ``SettingRows``.
enum PostgresSettingRows {
    static let table = """
        CREATE TABLE bookstore.shop_setting (
            setting text PRIMARY KEY CHECK (setting <> ''),
            value text NOT NULL CHECK (value <> ''),
            actor text,
            at_millis bigint NOT NULL
        );

        """

    /// The statements of a change.
    static func writing(_ change: SettingsChange, at time: Timestamp) -> [PostgresStatement] {
        change.values.map { setting, value in
            guard let value else {
                return PostgresStatement(
                    "DELETE FROM shop_setting WHERE setting = $1::text", [.text(setting.rawValue)])
            }
            return PostgresStatement(
                """
                INSERT INTO shop_setting (setting, value, actor, at_millis)
                VALUES ($1::text, $2::text, $3::text, $4::bigint)
                ON CONFLICT (setting) DO UPDATE
                SET value = excluded.value, actor = excluded.actor, at_millis = excluded.at_millis
                """, [.text(setting.rawValue), .text(value), .text(change.actor), .int(time.millis)])
        }
    }
}

extension PostgresCatalogStore {
    package func settings() throws -> [KeptSetting] {
        try database.read { connection in
            try connection.run(
                "SELECT setting, value, at_millis, actor FROM shop_setting ORDER BY setting"
            ).compactMap { row in
                // One of a later version is left alone.
                row.text(0).flatMap { ShopSetting(rawValue: $0) }.map {
                    KeptSetting(
                        $0, value: row.text(1) ?? "", time: Timestamp(millis: row[2]), actor: row.text(3))
                }
            }
        }
    }
}

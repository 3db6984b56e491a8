internal import GRDB
package import Model
internal import Storage

/// The shop's settings in SQLite.
enum SettingRows {
    static let table = """
        CREATE TABLE shop_setting (
            setting TEXT PRIMARY KEY CHECK (setting <> ''),
            value TEXT NOT NULL CHECK (value <> ''),
            actor TEXT,
            at_millis INTEGER NOT NULL
        ) STRICT;
        """

    static func write(_ change: SettingsChange, at time: Timestamp, in database: Database) throws {
        for (setting, value) in change.values {
            if let value {
                try database.execute(
                    sql: """
                        INSERT OR REPLACE INTO shop_setting (setting, value, actor, at_millis)
                        VALUES (?, ?, ?, ?)
                        """, arguments: [setting.rawValue, value, change.actor, time.millis])
            } else {
                try database.execute(
                    sql: "DELETE FROM shop_setting WHERE setting = ?", arguments: [setting.rawValue])
            }
        }
    }
}

extension CatalogStore {
    package func settings() throws -> [KeptSetting] {
        try file.read { database in
            try Row.fetchAll(
                database, sql: "SELECT setting, value, at_millis, actor FROM shop_setting ORDER BY setting"
            ).compactMap { row in
                // One of a later version is left alone.
                ShopSetting(rawValue: row[0]).map {
                    KeptSetting($0, value: row[1], time: Timestamp(millis: row[2]), actor: row[3])
                }
            }
        }
    }
}

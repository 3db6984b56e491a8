/// A statement with its parameters. Its text is prepared once a connection, so it holds no values.
package struct PostgresStatement: Sendable {
    let sql: String
    let values: [PostgresValue]

    package init(_ sql: String, _ values: [PostgresValue] = []) {
        self.sql = sql
        self.values = values
    }
}

internal import Foundation
internal import GRDB
internal import Model
internal import Storage

/// Stores the records of one batch inside its transaction.
struct OrderStoreWriter {
    private let database: Database
    private let insert: HotStatement
    private let atMillis = Int64(Date().timeIntervalSince1970 * 1000)

    init(in database: Database) throws {
        self.database = database
        insert = try HotStatement(
            database,
            sql: """
                INSERT INTO purchase (number, order_key, item_number, ledger, sale, at_millis)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """)
    }

    /// Stores a record under a number of its own, unless it is there already.
    ///
    /// - Throws: the database's error, which ends the transaction.
    func store(
        _ record: OrderRecord, number: Int64
    ) throws -> (isNew: Bool, outcome: Result<PurchaseOutcome, StoreError>) {
        if case .ownDecision(.failed) = record.origin {
            try database.execute(
                sql: "INSERT OR IGNORE INTO refusal (order_key, item_number, at_millis) VALUES (?, ?, ?)",
                arguments: [record.key.text, record.item.value, atMillis])
            return (false, .success(.failed))
        }
        insert.bind(1, number)
        insert.bind(2, record.key.text)
        insert.bind(3, record.item.value)
        insert.bind(4, record.sale?.ledger)
        insert.bind(5, record.sale?.number)
        insert.bind(6, atMillis)
        if try insert.run() == 1 { return (true, .success(.success)) }
        let known = try Int64.fetchOne(
            database, sql: "SELECT item_number FROM purchase WHERE order_key = ?",
            arguments: [record.key.text])
        if let known {
            return (false, known == record.item.value ? .success(.success) : .failure(.keyReused))
        }
        let reason = "has another order for this sale of the ledger"
        return (false, .failure(.unavailable(tier: "order", reason: reason, outcomeUnknown: true)))
    }
}

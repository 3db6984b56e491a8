internal import GRDB
internal import Model
internal import Storage

/// Stores the records of one batch inside its transaction.
struct OrderStoreWriter {
    private let database: Database
    private let insert: HotStatement
    /// Refusals of a catalog that does not remember them itself.
    private(set) var refusals: RefusalWriter
    private let atMillis: Int64

    /// - Parameter time: when its orders are made.
    init(in database: Database, refusals: RefusalTally, at time: Timestamp) throws {
        self.database = database
        atMillis = time.millis
        self.refusals = try RefusalWriter(refusals, in: database)
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
    mutating func store(
        _ record: OrderRecord, number: Int64
    ) throws -> (isNew: Bool, outcome: Result<PurchaseOutcome, StoreError>) {
        if case .ownDecision(.failed) = record.origin {
            return (false, try remember(record))
        }
        insert.bind(1, number)
        insert.bind(2, record.key.text)
        insert.bind(3, record.item.value)
        insert.bind(4, record.sale?.ledger)
        insert.bind(5, record.sale?.number)
        insert.bind(6, atMillis)
        if try insert.run() == 1 {
            if let share = record.share { try OrderSchema.insert(share, of: number, in: database) }
            return (true, .success(.success))
        }
        let known = try Row.fetchOne(
            database,
            sql: """
                SELECT item_number, \(OrderSchema.shareColumns) FROM \(OrderSchema.purchases)
                WHERE order_key = ?
                """, arguments: [record.key.text])
        if let known {
            let isSame = known[0] == record.item.value && OrderSchema.share(known, at: 1) == record.share
            return (false, isSame ? .success(.success) : .failure(.keyReused))
        }
        return (false, .failure(.unavailable(tier: "order", reason: .otherOrder, outcomeUnknown: true)))
    }

    /// Forgets old refusals.
    mutating func forgetOld() throws { try refusals.forgetOld(hours: OrderRecord.refusalHours, in: database) }

    private mutating func remember(_ record: OrderRecord) throws -> Result<PurchaseOutcome, StoreError> {
        let sale = StockChange.sale(of: record.item, key: record.key)
        if try refusals.find(record.key) != nil { return .success(.failed) }
        guard try refusals.remember(sale, key: record.key, atMillis: atMillis) else {
            return .failure(.overloaded(.soldOutFull))
        }
        return .success(.failed)
    }
}

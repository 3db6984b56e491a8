internal import Foundation
internal import Model
internal import Storage

/// Stores the records of one batch: one round trip asks which are there already, one writes the others and commits.
/// For sales that were just made the question is left out; if one is there all the same, a constraint says so.
struct PostgresOrderWriter {
    private let connection: PostgresConnection
    private let log: Int64
    /// Refusals of a catalog that does not remember them itself.
    private(set) var refusals: PostgresRefusals
    private var known: [IdempotencyKey: (item: ItemNumber?, share: OrderShare?)] = [:]
    private var sales: Set<SalePosition> = []
    private var added: [PostgresOrderSchema.Row] = []
    private let atMillis = Int64(Date().timeIntervalSince1970 * 1000)
    /// What is sent with the rest: the transaction's beginning, where nothing was asked.
    private var beginning: [PostgresStatement] = []

    private static let begin = PostgresStatement("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")

    /// - Parameter asks: whether it is asked which records are there.
    init(
        _ records: [OrderRecord], asks: Bool, on connection: PostgresConnection, log: Int64,
        refusals: PostgresRefusals
    ) throws {
        self.connection = connection
        self.log = log
        self.refusals = refusals
        guard asks else {
            beginning = [Self.begin]
            return
        }
        let keys = records.map(\.key)
        let positions = records.compactMap(\.sale)
        let rows = try connection.run([
            Self.begin,
            // Two questions: one for both would use no index. Another server may record a purchase between the two, and
            // one whose sale is known is then known by its key as well.
            PostgresStatement(
                """
                SELECT ledger, sale FROM purchase
                JOIN unnest($1::bigint[], $2::bigint[]) AS asked (ledger, sale) USING (ledger, sale)
                """, [.ints(positions.map(\.ledger)), .ints(positions.map(\.number))]),
            PostgresStatement(
                """
                SELECT order_key, item_number, \(PostgresOrderSchema.shareColumns)
                FROM \(PostgresOrderSchema.purchaseTables) WHERE order_key = ANY($1::text[])
                """, [.texts(keys.map(\.text))]),
            refusals.question(keys),
        ])
        for row in rows[1] { sales.insert(SalePosition(ledger: row[0], number: row[1])) }
        for row in rows[2] {
            known[IdempotencyKey(trusted: row.text(0) ?? "")] = (
                ItemNumber(row[1]), PostgresOrderSchema.share(row, at: 2)
            )
        }
        self.refusals.take(rows[3])
        try self.refusals.forgetOld(hours: OrderRecord.refusalHours, on: connection)
    }

    /// Stores a record under a number of its own, unless it is there already.
    mutating func store(
        _ record: OrderRecord, number: Int64
    ) -> (isNew: Bool, outcome: Result<PurchaseOutcome, StoreError>) {
        if case .ownDecision(.failed) = record.origin { return (false, remember(record)) }
        if let known = known[record.key] {
            let isSame = known.item == record.item && known.share == record.share
            return (false, isSame ? .success(.success) : .failure(.keyReused))
        }
        if let sale = record.sale, !sales.insert(sale).inserted {
            return (false, .failure(.unavailable(tier: "order", reason: .otherOrder, outcomeUnknown: true)))
        }
        known[record.key] = (record.item, record.share)
        added.append(
            PostgresOrderSchema.Row(
                log: log, logNumber: number, key: record.key, item: record.item, sale: record.sale,
                share: record.share))
        return (true, .success(.success))
    }

    private mutating func remember(_ record: OrderRecord) -> Result<PurchaseOutcome, StoreError> {
        if refusals.find(record.key) != nil { return .success(.failed) }
        let sale = StockChange.sale(of: record.item, key: record.key)
        guard refusals.remember(sale, key: record.key, atMillis: atMillis) else {
            return .failure(.overloaded(.soldOutFull))
        }
        return .success(.failed)
    }

    /// Writes everything and commits, for good: of a sale that the server forgot another order server could write a
    /// second line.
    mutating func end(mark: PostgresStatement) throws {
        try PostgresDatabase.end(
            beginning + PostgresOrderSchema.insertion(added, atMillis: atMillis) + refusals.statements() + [
                mark
            ], on: connection)
    }
}

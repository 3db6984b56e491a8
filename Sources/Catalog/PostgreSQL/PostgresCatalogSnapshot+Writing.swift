internal import Foundation
package import Model
package import Storage

extension PostgresCatalogSnapshot {
    /// Rows that one statement stores.
    private static let writtenAtOnce = 4_096

    /// What the ledger says of a book, beside what a snapshot has.
    private struct Chain {
        var last: Int64 = 0
        var previous: Int64 = 0
        var sold: Int64 = 0
        var price: Cents
    }

    /// Makes tables of this content where there are none. The catalog's start compares them with its log.
    ///
    /// - Throws: ``Storage/PostgresError``, also where there is a catalog.
    package static func write(_ content: LedgerSnapshot, at url: StoreURL) throws {
        try PostgresDatabase.make(PostgresCatalogSchema.schema, at: url) { try fill(content, on: $0) }
    }

    private static func fill(_ content: LedgerSnapshot, on connection: PostgresConnection) throws {
        var chains = Dictionary(
            uniqueKeysWithValues: content.books.map { ($0.now.item, Chain(price: $0.opening.price)) })
        let movements = try content.movements.map { movement -> LedgerMovement in
            let item = movement.change.item
            guard var chain = chains[item] else { throw LedgerFault("book \(item) is missing") }
            chain.previous = chain.last
            chain.last = movement.sequence
            chain.price = movement.change.price ?? chain.price
            chain.sold += movement.soldCopies
            chains[item] = chain
            return LedgerMovement(
                sequence: movement.sequence, kind: MovementKind(movement.entry), change: movement.change,
                key: movement.change.key?.text, sale: movement.sale,
                atMillis: Int64(Date().timeIntervalSince1970 * 1000), stockAfter: movement.stockAfter,
                priceAfter: chain.price, previous: chain.previous)
        }
        for start in stride(from: 0, to: content.books.count, by: writtenAtOnce) {
            let books = content.books[start..<min(start + writtenAtOnce, content.books.count)]
            try connection.run([insertion(books, chains)])
            try connection.run(PostgresCatalogRow.writing(books.map { ($0.now.item, $0.facts) }))
        }
        for start in stride(from: 0, to: movements.count, by: writtenAtOnce) {
            let range = start..<min(start + writtenAtOnce, movements.count)
            let logs = content.movements[range].map(\.log)
            try connection.run([PostgresLedger.insertion(Array(movements[range]), logs: logs)])
        }
        for start in stride(from: 0, to: content.orders.count, by: writtenAtOnce) {
            let orders = content.orders[start..<min(start + writtenAtOnce, content.orders.count)]
            try connection.run(insertion(orders))
        }
        let edits = content.edits
        for start in stride(from: 0, to: edits.count, by: writtenAtOnce) {
            let piece = edits[start..<min(start + writtenAtOnce, edits.count)]
            try connection.run([PostgresCatalogRow.insertion(Array(piece))])
        }
        let lasts = Dictionary(content.movements.map { ($0.log, $0.sequence) }, uniquingKeysWith: max)
        try connection.run([PostgresLog.insertion("catalog", lasts: lasts)])
        try connection.run(
            "INSERT INTO ledger (identity, sequence, sale) VALUES ($1::bigint, $2::bigint, $3::bigint)",
            [
                .int(content.ledger), .int(movements.last?.sequence ?? 0),
                .int(movements.last { $0.sale != nil }?.sale ?? 0),
            ])
    }

    private static func insertion(
        _ books: ArraySlice<LedgerSnapshot.BookState>, _ chains: [ItemNumber: Chain]
    ) -> PostgresStatement {
        let chains = books.map { chains[$0.now.item] ?? Chain(price: $0.opening.price) }
        return PostgresStatement(
            """
            INSERT INTO book (
                item_number, title, topic, price_cents, stock, opening_price_cents, opening_stock, sold, retired, added_by,
                last_movement, previous_movement, opening_title, opening_topic)
            SELECT item, title, topic, price, stock, opening_price, opening_stock, sold, retired <> 0, added_by, last,
                previous, opening_title, opening_topic
            FROM unnest(
                $1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
                $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[])
                AS new (
                    item, title, topic, price, stock, opening_price, opening_stock, sold, retired, added_by, last, previous,
                    opening_title, opening_topic)
            """,
            [
                .ints(books.map(\.now.item.value)), .texts(books.map(\.now.title)),
                .texts(books.map(\.now.topic)),
                .ints(books.map(\.now.price.amount)), .ints(books.map(\.now.stock)),
                .ints(books.map(\.opening.price.amount)), .ints(books.map(\.opening.stock)),
                .ints(chains.map(\.sold)), .ints(books.map { $0.isRetired ? 1 : 0 }),
                .ints(books.map(\.addedBy)),
                .ints(chains.map(\.last)), .ints(chains.map(\.previous)),
                .texts(books.map { $0.isRenamed ? $0.opening.title : nil }),
                .texts(books.map { $0.isRenamed ? $0.opening.topic : nil }),
            ])
    }

    private static func insertion(_ orders: ArraySlice<LedgerOrder>) -> [PostgresStatement] {
        let lines = orders.flatMap { order in order.lines.map { (order: order.number, line: $0) } }
        return [
            PostgresStatement(
                """
                INSERT INTO customer_order (number, sequence, state)
                SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])
                """,
                [
                    .ints(orders.map(\.number)), .ints(orders.map(\.movement)),
                    .ints(orders.map(\.state.rawValue)),
                ]),
            PostgresStatement(
                """
                INSERT INTO order_line (order_number, item_number, copies, price_cents, put_back)
                SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                """,
                [
                    .ints(lines.map(\.order)), .ints(lines.map(\.line.item.value)),
                    .ints(lines.map(\.line.copies)), .ints(lines.map(\.line.price.amount)),
                    .ints(lines.map(\.line.putBack)),
                ]),
            PostgresOrderRows.insertion(
                steps: orders.flatMap { order in
                    order.steps.map { ($0.movement, order.number, Int($0.movementCount)) }
                }),
        ]
    }
}

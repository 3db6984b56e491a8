internal import Foundation
internal import GRDB
package import Model
internal import Services
internal import Storage

/// What storekeepers and receipts need to know. All of it reads the disk.
extension CatalogStore {
    package func booksInShop(after item: Int64, limit: Int) throws -> [Book] {
        let sql = """
            SELECT \(CatalogRow.bookColumns()) FROM book
            WHERE item_number > ? AND retired = 0 ORDER BY item_number LIMIT ?
            """
        return try file.values(sql, [item, limit]) { try CatalogRow.book($0) }
    }

    package func shopChanges(after sequence: Int64, limit: Int) throws -> [(
        sequence: Int64, item: ItemNumber
    )] {
        let sql = """
            SELECT sequence, item_number FROM movement
            WHERE \(MovementKind.changesRange) AND sequence > ? ORDER BY sequence LIMIT ?
            """
        return try file.values(sql, [sequence, limit]) { row in
            ItemNumber(row[1] as Int64).map { (row[0], $0) }
        }
    }

    package func hasNewTopics(after sequence: Int64) throws -> Bool {
        let sql = """
            SELECT 1 FROM edit WHERE sequence > ? AND json_extract(changes, '$.topic') IS NOT NULL LIMIT 1
            """
        return try !file.values(sql, [sequence]) { $0[0] as Int }.isEmpty
    }

    package func forEachSale(
        after first: Int64, through last: Int64,
        _ body: (_ time: Timestamp, _ topic: String, _ copies: Int64, _ cents: Int64) -> Void
    ) throws {
        let sql = """
            SELECT at_millis, topic, -units, \(MovementKind.paid) FROM movement JOIN book USING (item_number)
            WHERE sequence > ? AND sequence <= ? AND \(MovementKind.sells) ORDER BY sequence
            """
        try file.forEachRow(sql, [first, last]) { row in
            let (copies, price): (Int64, Int64?) = (row[2], row[3])
            body(Timestamp(millis: row[0]), row[1], copies, copies * (price ?? 0))
        }
    }

    package func details(of item: ItemNumber) throws -> BookDetails {
        try file.read { try CatalogRow.details(of: item, in: $0) }
    }

    package func details(of items: [ItemNumber]) throws -> [BookDetails] {
        try file.read { database in
            try items.sorted().compactMap { try CatalogRow.find($0, in: database) }
        }
    }

    package func facts(of items: [ItemNumber]) throws -> [ItemNumber: BookFacts] {
        try file.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT facts, json_extract(facts, '$.cover') IN (SELECT digest FROM cover)
                    FROM book_facts WHERE item_number = ?
                    """)
            var facts: [ItemNumber: BookFacts] = [:]
            for item in items {
                guard let row = try Row.fetchOne(statement, arguments: [item.value]) else { continue }
                facts[item] = try BookFacts(json: row[0]).withCover(isThere: row[1] ?? false)
            }
            return facts
        }
    }

    package func cover(_ digest: String) throws -> [UInt8]? {
        try file.values("SELECT image FROM cover WHERE digest = ?", [digest]) { [UInt8]($0[0] as Data) }.first
    }

    package func books(_ filter: BookFilter, while isWanted: @escaping () -> Bool) throws -> [BookDetails] {
        var conditions = ["item_number > ?"]
        var arguments: StatementArguments = [filter.after]
        switch filter.retired {
        case .without: conditions.append("retired = 0")
        case .only: conditions.append("retired = 1")
        case .with: break
        }
        if let topic = filter.topic {
            conditions.append("topic = ?")
            arguments += [topic]
        }
        if let stockMax = filter.stockMax {
            conditions.append("stock <= ?")
            arguments += [stockMax]
        }
        do {
            return try file.read { database in
                try database.whileWanted(isWanted) {
                    try Row.fetchAll(
                        database,
                        sql: """
                            SELECT \(CatalogRow.detailColumns) FROM \(CatalogRow.detailTables)
                            WHERE \(conditions.joined(separator: " AND "))
                            ORDER BY item_number LIMIT \(filter.limit)
                            """, arguments: arguments
                    ).map(CatalogRow.details)
                }
            }
        } catch  where Database.wasGivenUp(error) {
            throw StoreError.overloaded(.listTooLong)
        }
    }

    package func figures(_ figure: BookFigure, of items: [ItemNumber]) throws -> [ItemNumber: Int64] {
        let column =
            switch figure {
            case .sold: "sold"
            case .added: "added_by"
            }
        var figures: [ItemNumber: Int64] = [:]
        // Many are read in their order, whoever else is between them.
        let some = items.count <= BookFigure.namedCountMax
        let named = some ? "AND item_number IN (SELECT value FROM json_each(?))" : ""
        let list = "[" + items.map(\.description).joined(separator: ",") + "]"
        try file.forEachRow(
            "SELECT item_number, \(column) FROM book WHERE retired = 0 AND \(column) > 0 \(named)",
            some ? [list] : []
        ) { row in
            if let item = ItemNumber(row[0] as Int64) { figures[item] = row[1] }
        }
        return figures
    }

    package func receipt(of key: IdempotencyKey) throws -> Receipt? {
        try file.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT item_number, title, topic, ifnull(price_after, book.price_cents), at_millis
                    FROM movement JOIN book USING (item_number)
                    WHERE order_key = ? AND kind = 0 AND sale IS NOT NULL
                    """)
            if let row = try Row.fetchOne(statement, arguments: [key.text]) {
                guard let item = ItemNumber(row[0] as Int64), let price = Cents(row[3] as Int64) else {
                    return nil
                }
                return Receipt(
                    outcome: .success, item: item, title: row[1], topic: row[2], price: price,
                    time: Timestamp(millis: row[4]))
            }
            guard let refusal = try RefusalWriter.find(key, in: database), refusal.units == -1,
                refusal.priceCents == nil, let item = ItemNumber(refusal.item)
            else { return nil }
            let book = try CatalogRow.details(of: item, in: database).book
            return Receipt(
                outcome: .failed, item: item, title: book.title, topic: book.topic, price: book.price,
                time: Timestamp(millis: refusal.atMillis))
        }
    }

    /// Deletes the index for find in `folder`: the next start rebuilds it.
    package static func removeIndex(in folder: String) { FindIndex.remove(in: folder) }
}

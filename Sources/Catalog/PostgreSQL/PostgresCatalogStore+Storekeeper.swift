package import Model
internal import Storage

/// What storekeepers and receipts need to know.
extension PostgresCatalogStore {
    package func booksInShop(after item: Int64, limit: Int) throws -> [Book] {
        try database.values(
            """
            SELECT \(PostgresCatalogRow.bookColumns()) FROM book
            WHERE item_number > $1::bigint AND NOT retired ORDER BY item_number LIMIT $2::bigint
            """, [.int(item), .int(Int64(limit))]
        ) { try PostgresCatalogRow.book($0) }
    }

    package func shopChanges(
        after sequence: Int64, limit: Int
    ) throws -> [(sequence: Int64, item: ItemNumber)] {
        try database.values(
            """
            SELECT sequence, item_number FROM movement
            WHERE \(MovementKind.changesRange) AND sequence > $1::bigint ORDER BY sequence LIMIT $2::bigint
            """, [.int(sequence), .int(Int64(limit))]
        ) { row in ItemNumber(row[1]).map { (row[0], $0) } }
    }

    package func hasNewTopics(after sequence: Int64) throws -> Bool {
        try database.read {
            try $0.run(
                "SELECT EXISTS (SELECT FROM edit WHERE sequence > $1::bigint AND changes ? 'topic')",
                [.int(sequence)])[0].bool(0)
        }
    }

    package func forEachSale(
        after first: Int64, through last: Int64,
        _ body: (_ time: Timestamp, _ topic: String, _ copies: Int64, _ cents: Int64) -> Void
    ) throws {
        try database.forEachRow(
            """
            SELECT at_millis, topic, -units, \(MovementKind.paid) FROM movement JOIN book USING (item_number)
            WHERE sequence > $1::bigint AND sequence <= $2::bigint AND \(MovementKind.sells) ORDER BY sequence
            """, [.int(first), .int(last)]
        ) { body(Timestamp(millis: $0[0]), $0.text(1) ?? "", $0[2], $0[2] * $0[3]) }
    }

    package func details(of item: ItemNumber) throws -> BookDetails {
        guard let found = try database.read({ try PostgresCatalogRow.find(item, on: $0) }) else {
            throw StoreError.unknownItem(item)
        }
        return found
    }

    package func details(of items: [ItemNumber]) throws -> [BookDetails] {
        try database.read { try PostgresCatalogRow.find(items, on: $0) }
    }

    package func facts(of items: [ItemNumber]) throws -> [ItemNumber: BookFacts] {
        let rows = try database.values(
            """
            SELECT item_number, facts::text, EXISTS (SELECT FROM cover WHERE digest = facts ->> 'cover')
            FROM book_facts WHERE item_number = ANY($1::bigint[])
            """, [.ints(items.map(\.value))]
        ) { row in
            try ItemNumber(row[0]).map {
                ($0, try BookFacts(json: row.text(1)).withCover(isThere: row.bool(2)))
            }
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    package func cover(_ digest: String) throws -> [UInt8]? {
        try database.read { try PostgresCovers.image(digest, on: $0) }
    }

    package func books(_ filter: BookFilter, while isWanted: @escaping () -> Bool) throws -> [BookDetails] {
        let retired =
            switch filter.retired {
            case .without: " AND NOT retired"
            case .only: " AND retired"
            case .with: ""
            }
        guard isWanted() else { throw StoreError.overloaded(.listTooLong) }
        do {
            return try database.values(
                """
                SELECT \(PostgresCatalogRow.detailColumns) FROM \(PostgresCatalogRow.detailTables)
                WHERE item_number > $1::bigint\(retired) AND ($2::text IS NULL OR topic = $2::text)
                    AND ($3::bigint IS NULL OR stock <= $3::bigint)
                ORDER BY item_number LIMIT $4::bigint
                """,
                [.int(filter.after), .text(filter.topic), .int(filter.stockMax), .int(Int64(filter.limit))]
            ) { try PostgresCatalogRow.details($0) }
        } catch StoreError.unavailable(_, .databaseSlow, _) {
            throw StoreError.overloaded(.listTooLong)
        }
    }

    package func figures(_ figure: BookFigure, of items: [ItemNumber]) throws -> [ItemNumber: Int64] {
        let column =
            switch figure {
            case .sold: "sold"
            case .added: "added_by"
            }
        let some = items.count <= BookFigure.namedCountMax
        let named = some ? "AND item_number = ANY($1::bigint[])" : ""
        var figures: [ItemNumber: Int64] = [:]
        try database.forEachRow(
            "SELECT item_number, \(column) FROM book WHERE NOT retired AND \(column) > 0 \(named)",
            some ? [.ints(items.map(\.value))] : []
        ) { row in
            if let item = ItemNumber(row[0]) { figures[item] = row[1] }
        }
        return figures
    }

    package func receipt(of key: IdempotencyKey) throws -> Receipt? {
        try database.read { connection in
            let sales = try connection.run(
                """
                SELECT item_number, title, topic, price_after, at_millis FROM movement JOIN book USING (item_number)
                WHERE order_key = $1::text AND kind = 0 AND sale IS NOT NULL
                """, [.text(key.text)])
            if let row = sales.first {
                guard let item = ItemNumber(row[0]), let price = Cents(row[3]) else { return nil }
                return Receipt(
                    outcome: .success, item: item, title: row.text(1) ?? "", topic: row.text(2) ?? "",
                    price: price, time: Timestamp(millis: row[4]))
            }
            let refusal = try PostgresRefusals.find(key, in: PostgresCatalogSchema.refusal, on: connection)
            guard let refusal, refusal.units == -1, refusal.priceCents == nil,
                let item = ItemNumber(refusal.item),
                let book = try PostgresCatalogRow.find(item, on: connection)?.book
            else { return nil }
            return Receipt(
                outcome: .failed, item: item, title: book.title, topic: book.topic, price: book.price,
                time: Timestamp(millis: refusal.atMillis))
        }
    }
}

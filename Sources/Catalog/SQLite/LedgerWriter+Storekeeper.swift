internal import Foundation
internal import GRDB
internal import Model

/// What storekeepers ask for: each request is made whole or leaves nothing behind.
extension LedgerWriter {
    /// Makes a request, or says why not. Errors thrown are the database's and end the transaction.
    ///
    /// - Returns: the books as they are afterwards; none for a file of books.
    mutating func apply(
        _ request: KeeperRequest, in database: Database
    ) throws -> Result<[BookDetails], StoreError> {
        if let key = request.key, let earlier = try earlierOutcome(of: key, request: request, in: database) {
            return earlier
        }
        try writeBooks(in: database)
        let before = self
        do {
            var items: [ItemNumber] = []
            try database.inSavepoint {
                items = try work(request.work, in: database)
                try writeBooks(in: database)
                try note(request, from: before.lastMovement + 1, in: database)
                return .commit
            }
            return .success(try items.map { try CatalogRow.details(of: $0, in: database) })
        } catch let refusal as StoreError {
            self = before
            return .failure(refusal)
        }
    }

    private mutating func work(_ work: KeeperRequest.Work, in database: Database) throws -> [ItemNumber] {
        switch work {
        case .updates(let updates): try update(updates, in: database)
        case .add(let book): [try add(book, in: database)]
        case .retire(let item, let version): [try retire(item, expectedVersion: version, in: database)]
        case .load(let lines, let progress): try load(lines, in: database, progress: progress)
        }
    }

    private mutating func update(_ updates: [KeeperUpdate], in database: Database) throws -> [ItemNumber] {
        var differences: [String] = []
        var current: [BookDetails] = []
        var before: [BookDetails] = []
        for update in updates {
            let found = try inShop(update.change.item, in: database)
            before.append(found)
            guard let difference = update.expectation.difference(from: found) else { continue }
            differences.append("book \(found.book.item) has changed: \(difference)")
            current.append(found)
        }
        guard differences.isEmpty else {
            throw StoreError.changed(differences.joined(separator: "; "), current: current)
        }
        // All that cannot be made are named, so that their sender need not find them one by one.
        var refusals: [String] = []
        for (update, found) in zip(updates, before) {
            switch try apply(update.change) {
            case .success(.applied): continue
            case .success(.refused):
                refusals.append(
                    "book \(found.book.item) has only \(found.book.stock) units; its stock cannot change by \(update.change.units ?? 0)"
                )
                current.append(found)
            case .failure(let error): throw error
            }
        }
        guard refusals.isEmpty else {
            throw StoreError.conflict(refusals.joined(separator: "; "), current: current)
        }
        return updates.map(\.change.item)
    }

    private mutating func add(_ new: NewBook, in database: Database) throws -> ItemNumber {
        let item = try new.item ?? nextItem(in: database)
        guard try insert(new.book(item), in: database) else {
            let found = try CatalogRow.details(of: item, in: database)
            throw StoreError.conflict(
                "item_number \(item) is taken by '\(found.book.title)'", current: [found])
        }
        return item
    }

    /// The lowest number that no book has or ever had. The store's own numbers are so always in a row, whatever
    /// numbers come in by a file.
    private mutating func nextItem(in database: Database) throws -> ItemNumber {
        let statement = try database.cachedStatement(
            sql: """
                SELECT CASE
                    WHEN NOT EXISTS (SELECT 1 FROM book WHERE item_number = ?1) THEN ?1
                    ELSE (
                        SELECT taken.item_number + 1 FROM book AS taken
                        WHERE taken.item_number >= ?1 AND NOT EXISTS (
                            SELECT 1 FROM book WHERE item_number = taken.item_number + 1)
                        ORDER BY taken.item_number LIMIT 1)
                END
                """)
        guard let number = try Int64.fetchOne(statement, arguments: [lowestFree]),
            let item = ItemNumber(number)
        else { throw StoreError.invalid("every item_number is in use") }
        lowestFree = number
        return item
    }

    private mutating func retire(
        _ item: ItemNumber, expectedVersion: Int64?, in database: Database
    ) throws -> ItemNumber {
        guard let found = try CatalogRow.find(item, in: database) else { throw StoreError.unknownItem(item) }
        guard !found.isRetired else {
            throw StoreError.conflict("book \(item) is retired already", current: [found])
        }
        let expectation = KeeperUpdate.Expectation(version: expectedVersion)
        if let difference = expectation.difference(from: found) {
            throw StoreError.changed("book \(item) has changed: \(difference)", current: [found])
        }
        try database.execute(
            sql: """
                UPDATE book SET retired = 1, previous_movement = last_movement, last_movement = ?
                WHERE item_number = ?
                """, arguments: [lastMovement + 1, item.value])
        try record(
            .retired(item), state: (found.book.price, found.book.stock), previous: found.version)
        return item
    }

    private mutating func load(
        _ lines: [(line: Int, book: Book)], in database: Database, progress: (Int) -> Void
    ) throws -> [ItemNumber] {
        var refused: [RefusedLine] = []
        var refusedCount = 0
        for (index, (line, book)) in lines.enumerated() {
            if index % ImportProgress.step == 0 { progress(index) }
            if try insert(book, in: database) { continue }
            refusedCount += 1
            guard refused.count < RefusedLine.namedCountMax else { continue }
            refused.append(RefusedLine(line: line, reason: Self.takenText(book.item)))
        }
        guard refusedCount == 0 else { throw StoreError.refusedLines(refused, count: refusedCount) }
        return []
    }

    static func takenText(_ item: ItemNumber) -> String {
        "item_number \(item) is taken by a book of the store"
    }

    /// Adds a book; false when its number is taken.
    private mutating func insert(_ book: Book, in database: Database) throws -> Bool {
        guard try CatalogRow.insert(book, addedBy: lastMovement + 1, in: database) else { return false }
        try record(.added(book), state: (book.price, book.stock), previous: 0)
        return true
    }

    private func inShop(_ item: ItemNumber, in database: Database) throws -> BookDetails {
        guard let found = try CatalogRow.find(item, in: database), !found.isRetired else {
            throw StoreError.unknownItem(item)
        }
        return found
    }

    // MARK: Who, why, and once

    private func note(_ request: KeeperRequest, from first: Int64, in database: Database) throws {
        guard request.key != nil || request.actor != nil || request.reason != nil, first <= lastMovement
        else {
            return
        }
        try database.execute(
            sql: """
                INSERT INTO keeper_request (first_sequence, last_sequence, request_key, actor, reason)
                VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [first, lastMovement, request.key?.text, request.actor, request.reason])
    }

    /// What an earlier request with the same key did, if it was this one; nil when there was none.
    private func earlierOutcome(
        of key: IdempotencyKey, request: KeeperRequest, in database: Database
    ) throws -> Result<[BookDetails], StoreError>? {
        let bounds = try Row.fetchOne(
            database, sql: "SELECT first_sequence, last_sequence FROM keeper_request WHERE request_key = ?",
            arguments: [key.text])
        guard let bounds else { return nil }
        let entries = try CatalogRow.entries(from: bounds[0], through: bounds[1], in: database)
        guard request.work.isDone(by: entries) else { return .failure(.keyReused) }
        if case .load = request.work { return .success([]) }
        return .success(try entries.map { try CatalogRow.details(of: $0.item, in: database) })
    }
}

extension KeeperRequest.Work {
    /// Whether these movements are exactly what the work asks for.
    fileprivate func isDone(by entries: [LedgerEntry]) -> Bool {
        switch self {
        case .updates(let updates): entries == updates.map { .update($0.change) }
        case .add(let new):
            entries.count == 1 && entries[0] == .added(new.book(new.item ?? entries[0].item))
        case .retire(let item, _): entries == [.retired(item)]
        case .load(let lines, _): entries == lines.map { .added($0.book) }
        }
    }
}

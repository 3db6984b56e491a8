internal import Foundation
internal import Model

/// What storekeepers ask for: each request is made whole or leaves nothing behind.
extension LedgerWriter {
    /// Makes a request, or says why not. Errors thrown are the database's and end the transaction.
    ///
    /// - Returns: the books, or the order, as they are afterwards.
    mutating func apply(_ request: KeeperRequest) throws -> Result<CatalogOutcome, StoreError> {
        var request = request
        if PlantedBug.isOn(.putsBackTwice), case .step = request.work {
            request = KeeperRequest(request.work, actor: request.actor, reason: request.reason)
        }
        try writeBooks()
        if let key = request.key, let earlier = try earlierOutcome(of: key, request: request) {
            return earlier
        }
        return try whole { writer in
            let before = writer.lastMovement
            let items = try writer.work(request.work)
            try writer.writeBooks()
            try writer.note(request, from: before + 1)
            return try writer.outcome(of: request, items)
        }
    }

    /// Does all of something, or nothing where it is refused.
    mutating func whole<Value>(
        _ work: (inout LedgerWriter) throws -> Value
    ) throws -> Result<Value, StoreError> {
        try tables.beginRequest()
        let before = self
        do {
            let value = try work(&self)
            try tables.endRequest()
            return .success(value)
        } catch let refusal as StoreError {
            try tables.undoRequest()
            self = before
            return .failure(refusal)
        }
    }

    private mutating func work(_ work: KeeperRequest.Work) throws -> [ItemNumber] {
        switch work {
        case .updates(let updates): return try update(updates)
        case .add(let book): return [try add(book)]
        case .retire(let item, let version): return [try retire(item, expectedVersion: version)]
        case .restore(let item): return [try restore(item)]
        case .edit(let edit, let version): return [try apply(edit, expectedVersion: version)]
        case .cover(let cover, let item, let version):
            return [try give(cover, to: item, expectedVersion: version)]
        case .step(let step):
            try self.step(step)
            return []
        }
    }

    /// What a request comes to for its sender.
    private mutating func outcome(of request: KeeperRequest, _ items: [ItemNumber]) throws -> CatalogOutcome {
        if case .step(let step) = request.work { return CatalogOutcome(order: try tables.order(step.order)) }
        return CatalogOutcome(books: try items.map { try details(of: $0) })
    }

    private mutating func update(_ updates: [KeeperUpdate]) throws -> [ItemNumber] {
        var differences: [String] = []
        var current: [BookDetails] = []
        var before: [BookDetails] = []
        for update in updates {
            let found = try inShop(update.change.item)
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

    private mutating func add(_ new: NewBook) throws -> ItemNumber {
        let item = try new.item ?? nextItem()
        guard try insert([new.book(item)]).isEmpty else {
            let found = try details(of: item)
            throw StoreError.conflict(
                "item_number \(item) is taken by '\(found.book.title)'", current: [found])
        }
        if let edit = new.edit(item) { try write(edit, of: try details(of: item)) }
        return item
    }

    /// The lowest number that no book has or ever had. The store's own numbers are so always in a row, whatever
    /// numbers come in by a file.
    private mutating func nextItem() throws -> ItemNumber {
        guard let number = try tables.freeNumber(from: lowestFree), let item = ItemNumber(number)
        else { throw StoreError.invalid("every item_number is in use") }
        lowestFree = number
        return item
    }

    private mutating func retire(
        _ item: ItemNumber, expectedVersion: Int64?
    ) throws -> ItemNumber {
        let found = try details(of: item)
        guard !found.isRetired else {
            throw StoreError.conflict("book \(item) is retired already", current: [found])
        }
        try check(found, hasVersion: expectedVersion)
        try tables.write(isRetired: true, of: item, movement: lastMovement + 1)
        try record(.retired(item), leaving: found.book, inShop: false, previous: found.version)
        return item
    }

    private mutating func restore(_ item: ItemNumber) throws -> ItemNumber {
        let found = try details(of: item)
        guard found.isRetired else {
            throw StoreError.conflict("book \(item) is in the shop already", current: [found])
        }
        if let isbn = found.facts[.isbn] { try check(isbn, isFreeFor: found) }
        try tables.write(isRetired: false, of: item, movement: lastMovement + 1)
        var book = found.book
        if PlantedBug.isOn(.restoresWithoutStock) { book.stock = 0 }
        try record(.restored(item), leaving: book, inShop: true, previous: found.version)
        return item
    }

    private mutating func apply(_ edit: BookEdit, expectedVersion: Int64?) throws -> ItemNumber {
        let found = try details(of: edit.item)
        try check(found, hasVersion: expectedVersion)
        try write(edit, of: found)
        return edit.item
    }

    private mutating func give(
        _ cover: Cover, to item: ItemNumber, expectedVersion: Int64?
    ) throws -> ItemNumber {
        try tables.keep(cover)
        return try apply(cover.edit(of: item), expectedVersion: expectedVersion)
    }

    /// Records what of an edit a book does not have yet, if there is such.
    private mutating func write(_ wanted: BookEdit, of found: BookDetails) throws {
        let edit = wanted.difference(from: found.book, found.facts)
        guard !edit.isEmpty else { return }
        if case .some(let digest?) = edit.facts[.cover], try !tables.hasCover(digest) {
            throw StoreError.conflict("the store has no image with the digest \(digest)", current: [found])
        }
        if case .some(let isbn?) = edit.facts[.isbn], !found.isRetired { try check(isbn, isFreeFor: found) }
        let written = LedgerEdit(edit, of: found, movement: lastMovement + 1)
        try record(
            .edited(edit), leaving: written.book, inShop: !found.isRetired, previous: found.version)
        try tables.write([written])
    }

    private func check(_ found: BookDetails, hasVersion expected: Int64?) throws {
        let expectation = KeeperUpdate.Expectation(version: expected)
        guard let difference = expectation.difference(from: found) else { return }
        throw StoreError.changed("book \(found.book.item) has changed: \(difference)", current: [found])
    }

    /// An edition is one book in the shop; another could not be told from it by its number.
    private mutating func check(_ isbn: String, isFreeFor found: BookDetails) throws {
        for (_, item) in try tables.items(isbns: [isbn]) where item != found.book.item {
            let other = try details(of: item)
            guard other.isRetired else {
                throw StoreError.conflict(
                    "ISBN \(isbn) is that of book \(item), '\(other.book.title)'", current: [other])
            }
        }
    }

    /// Adds books, and gives the numbers of those that could not be, as they are taken.
    mutating func insert(_ books: [Book]) throws -> [ItemNumber] {
        let taken = try tables.add(books, firstMovement: lastMovement + 1)
        // A request of which something is taken is undone as a whole.
        guard taken.isEmpty else { return taken }
        for book in books {
            try record(.added(book), leaving: book, inShop: true, previous: 0)
        }
        return []
    }

    private mutating func inShop(_ item: ItemNumber) throws -> BookDetails {
        guard let found = try tables.details(of: item), !found.isRetired else {
            throw StoreError.unknownItem(item)
        }
        return found
    }

    // MARK: Who, why, and once

    mutating func note(_ request: KeeperRequest, from first: Int64) throws {
        guard request.key != nil || request.actor != nil || request.reason != nil, first <= lastMovement
        else {
            return
        }
        try tables.note(request, first: first, last: lastMovement)
    }

    /// What an earlier request with the same key did, if it was this one; nil when there was none.
    private mutating func earlierOutcome(
        of key: IdempotencyKey, request: KeeperRequest
    ) throws -> Result<CatalogOutcome, StoreError>? {
        guard let entries = try tables.entries(ofRequest: key) else { return nil }
        guard request.work.isDone(by: entries) else { return .failure(.keyReused) }
        switch request.work {
        // With facts, it is two movements of one book.
        case .add: return .success(try outcome(of: request, [entries[0].item]))
        default: return .success(try outcome(of: request, entries.map(\.item)))
        }
    }

    /// A book, retired or not.
    private mutating func details(of item: ItemNumber) throws -> BookDetails {
        guard let found = try tables.details(of: item) else { throw StoreError.unknownItem(item) }
        return found
    }
}

extension KeeperRequest.Work {
    /// Whether these movements are exactly what the work asks for.
    fileprivate func isDone(by entries: [LedgerEntry]) -> Bool {
        switch self {
        case .updates(let updates): entries == updates.map { .update($0.change) }
        case .add(let new): entries == new.entries(new.item ?? entries[0].item)
        case .retire(let item, _): entries == [.retired(item)]
        case .restore(let item): entries == [.restored(item)]
        // Of what was asked for, an edit records what was not so already.
        case .edit(let edit, _):
            if case .edited(let made)? = entries.first, entries.count == 1 {
                made.isPart(of: edit)
            } else {
                false
            }
        case .cover(let cover, let item, _): entries == [.edited(cover.edit(of: item))]
        case .step(let step): step.isDone(by: entries)
        }
    }
}

extension OrderStep {
    /// Whether these movements are exactly what it asks for.
    fileprivate func isDone(by entries: [LedgerEntry]) -> Bool {
        var made: [OrderLine] = []
        for entry in entries {
            guard case .order(let movement) = entry, movement.order == order, movement.state == state else {
                return false
            }
            made.append(OrderLine(item: movement.item, copies: movement.copies))
        }
        return lines.map { $0.sorted { $0.item < $1.item } == made } ?? true
    }
}

extension Cover {
    fileprivate func edit(of item: ItemNumber) -> BookEdit { BookEdit(item: item, facts: [.cover: digest]) }
}

extension NewBook {
    /// What adds its facts, which the line of an added book does not have; nil where there are none.
    func edit(_ item: ItemNumber) -> BookEdit? {
        let known = facts.known.map { ($0.fact, Optional($0.text)) }
        return known.isEmpty ? nil : BookEdit(item: item, facts: Dictionary(uniqueKeysWithValues: known))
    }

    /// The movements that add it.
    fileprivate func entries(_ item: ItemNumber) -> [LedgerEntry] {
        [.added(book(item))] + (edit(item).map { [.edited($0)] } ?? [])
    }
}

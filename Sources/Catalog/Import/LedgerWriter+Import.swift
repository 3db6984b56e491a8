internal import Model

/// Files of books: each piece is written whole and once.
extension LedgerWriter {
    /// Writes a piece, or says why not. A piece that is written already stays as it is.
    mutating func apply(_ piece: ImportPiece) throws -> Result<ImportReport, StoreError> {
        try writeBooks()
        let key = piece.source.key
        if let earlier = try tables.importRecord(key, piece.number) {
            return Result { () throws(StoreError) in
                try earlier.check(isOf: piece.source)
                return earlier.report
            }
        }
        // Another request may have it.
        if piece.number == 1, try tables.entries(ofRequest: key) != nil { return .failure(.keyReused) }
        return try whole { writer in
            let first = writer.lastMovement + 1
            let report = try writer.write(piece)
            try writer.writeBooks()
            let movements = first <= writer.lastMovement ? first...writer.lastMovement : nil
            if movements != nil {
                try writer.note(
                    KeeperRequest(
                        .updates([]), actor: piece.actor, reason: piece.reason,
                        key: piece.number == 1 ? key : nil),
                    from: first)
            }
            try writer.tables.write(
                ImportRecord(
                    source: piece.source, number: piece.number, movements: movements,
                    added: report.added.count,
                    changed: report.changed.count, unchanged: report.unchanged.count, isUndone: false))
            if piece.number == 1, let header = piece.header {
                try writer.tables.write(piece.options.mapping, ofHeader: header)
            }
            return report
        }
    }

    private mutating func write(_ piece: ImportPiece) throws -> ImportReport {
        var plan = ImportPlan(piece.options)
        var report = ImportReport()
        for start in stride(from: piece.rows.startIndex, to: piece.rows.endIndex, by: ImportProgress.step) {
            let rows = piece.rows[start..<min(start + ImportProgress.step, piece.rows.endIndex)]
            let steps = try plan.steps(rows, &tables, &report)
            // Once something is refused, the rest is only looked at, so that all of it is named.
            if report.refused.count == 0 { try write(steps) }
        }
        guard report.refused.count == 0 else {
            throw StoreError.refusedLines(report.refused.inOrder, count: report.refused.count)
        }
        return report
    }

    private mutating func write(_ steps: [ImportStep]) throws {
        var new: [NewBook] = []
        var changed: [(found: BookDetails, change: StockChange?, edit: BookEdit)] = []
        for step in steps {
            switch step {
            case .add(let book): new.append(book)
            case .change(let found, let change, let edit): changed.append((found, change, edit))
            case .unchanged, .retired: continue
            }
        }
        try add(new)
        var edits: [(edit: BookEdit, found: BookDetails)] = []
        for (found, change, edit) in changed {
            let left = try change.map { try apply($0, to: found) } ?? found
            if !edit.isEmpty { edits.append((edit, left)) }
        }
        try writeBooks()
        try record(edits)
    }

    private mutating func add(_ new: [NewBook]) throws {
        guard !new.isEmpty else { return }
        let numbers = try numbers(of: new)
        let books = zip(new, numbers).map { $0.book($1) }
        let first = lastMovement + 1
        guard try insert(books).isEmpty else { throw LedgerFault("a number that was free is taken") }
        var edits: [(edit: BookEdit, found: BookDetails)] = []
        for (index, (new, book)) in zip(new, books).enumerated() {
            guard let edit = new.edit(book.item) else { continue }
            let found = BookDetails(book: book, sold: 0, isRetired: false, version: first + Int64(index))
            edits.append((edit, found))
        }
        try record(edits)
    }

    /// The numbers of new books: their own, or the next ones that are free and that no other of them has.
    private mutating func numbers(of new: [NewBook]) throws -> [ItemNumber] {
        let own = Set(new.compactMap(\.item))
        let wantedCount = new.count { $0.item == nil }
        guard wantedCount > 0 else { return new.compactMap(\.item) }
        guard var next = try tables.freeNumber(from: lowestFree) else { throw Self.isFull }
        var free: [ItemNumber] = []
        while free.count < wantedCount {
            let last = next + Int64(wantedCount - free.count)
            let taken = Set(try tables.takenNumbers(in: next...last))
            for number in next...last where free.count < wantedCount {
                guard let item = ItemNumber(number) else { throw Self.isFull }
                if !taken.contains(number), !own.contains(item) { free.append(item) }
                next = number + 1
            }
        }
        lowestFree = next
        var rest = free[...]
        return new.compactMap { $0.item ?? rest.popFirst() }
    }

    private static var isFull: StoreError { .invalid("every item_number is in use") }

    /// Changes a book's price and stock, as the transaction has it.
    ///
    /// - Returns: the book afterwards.
    mutating func apply(_ change: StockChange, to found: BookDetails) throws -> BookDetails {
        follow(found)
        guard case .success(.applied) = try apply(change) else {
            throw LedgerFault("book \(change.item) does not take a change that was looked at")
        }
        var book = found.book
        book.price = change.price ?? book.price
        book.stock += change.units ?? 0
        return BookDetails(
            book: book, sold: found.sold, isRetired: false, version: lastMovement, facts: found.facts)
    }

    /// Records edits of books, each named once, that the tables have in this state.
    mutating func record(_ edits: [(edit: BookEdit, found: BookDetails)]) throws {
        guard !edits.isEmpty else { return }
        try tables.write(
            edits.map { edit, found in
                let written = LedgerEdit(edit, of: found, movement: lastMovement + 1)
                try record(
                    .edited(edit), leaving: written.book, inShop: !found.isRetired, previous: found.version)
                return written
            })
    }
}

internal import Model

/// Imports that are taken back.
extension LedgerWriter {
    /// Takes a piece back as far as its books are what it left. What was changed since stays, and is named.
    mutating func apply(_ undo: ImportUndo) throws -> Result<UndoReport, StoreError> {
        try writeBooks()
        guard let record = try tables.importRecord(undo.key, undo.number) else {
            return .failure(.invalid("no import has this key"))
        }
        guard let movements = record.movements, !record.isUndone else { return .success(UndoReport()) }
        return try whole { writer in
            let first = writer.lastMovement + 1
            let report = try writer.takeBack(try writer.tables.imported(movements))
            try writer.writeBooks()
            try writer.note(KeeperRequest(.updates([]), actor: undo.actor, reason: undo.reason), from: first)
            try writer.tables.markUndone(undo.key, undo.number)
            return report
        }
    }

    private mutating func takeBack(_ movements: [ImportedMovement]) throws -> UndoReport {
        var report = UndoReport()
        var ofBook: [ItemNumber: [ImportedMovement]] = [:]
        for movement in movements { ofBook[movement.entry.item, default: []].append(movement) }
        let items = ofBook.keys.sorted()
        for start in stride(from: 0, to: items.count, by: ImportProgress.step) {
            let part = Array(items[start..<min(start + ImportProgress.step, items.count)])
            var edits: [(edit: BookEdit, found: BookDetails)] = []
            var retired: [BookDetails] = []
            for found in try tables.details(of: part) {
                let inverse = ImportInverse(ofBook[found.book.item] ?? [], found)
                for left in inverse.left { report.add(left) }
                if inverse.isRetired { retired.append(found) }
                guard inverse.change != nil || !inverse.edit.isEmpty else { continue }
                report.changedCount += 1
                let left = try inverse.change.map { try apply($0, to: found) } ?? found
                if !inverse.edit.isEmpty { edits.append((inverse.edit, left)) }
            }
            report.retiredCount += retired.count
            try writeBooks()
            try record(edits)
            try retire(retired)
        }
        return report
    }

    private mutating func retire(_ books: [BookDetails]) throws {
        guard !books.isEmpty else { return }
        let first = lastMovement + 1
        for found in books {
            try record(.retired(found.book.item), leaving: found.book, inShop: false, previous: found.version)
        }
        try tables.retire(books.enumerated().map { ($1.book.item, first + Int64($0)) })
    }
}

internal import Model

/// What the ledger knows of a piece of an import.
package struct ImportRecord: Equatable, Sendable {
    let source: ImportKey
    let number: Int
    /// Its movements; nil where nothing had to be changed.
    let movements: ClosedRange<Int64>?
    let added: Int
    let changed: Int
    let unchanged: Int
    /// Whether it was undone.
    let isUndone: Bool

    /// - Throws: ``Model/StoreError/keyReused`` where it is a piece of another file, ``Model/StoreError/importUndone`` where
    ///   it cannot stay as it is.
    func check(isOf source: ImportKey) throws(StoreError) {
        guard self.source == source else { throw .keyReused }
        guard !isUndone else { throw .importUndone }
    }

    /// What it came to, without the rows.
    var report: ImportReport {
        var report = ImportReport()
        report.added.count = added
        report.changed.count = changed
        report.unchanged.count = unchanged
        return report
    }
}

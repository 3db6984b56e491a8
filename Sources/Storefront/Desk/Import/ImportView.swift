internal import Model
internal import StoreAPI

/// The page on which a file of books is chosen, looked at and imported.
struct ImportView {
    /// A line of the file with what is wrong with it.
    struct Fault {
        let line: Int
        let column: String
        let reason: String

        init(_ refused: RefusedLine) {
            line = refused.line
            column = refused.column ?? ""
            reason = Wording.listed(refused.reason)
        }
    }

    /// A row of the file that can be taken.
    struct Row {
        let line: Int
        let item: String
        let title: String
        let changes: String

        init(_ row: ImportReport.Row) {
            line = row.line
            item = row.item?.description ?? "next free"
            title = Wording.listed(row.title)
            changes = row.changes.map { change in
                let text = { (text: String?) in text.map(Wording.listed) ?? "none" }
                return change.from == nil
                    ? "\(change.field): \(text(change.to))"
                    : "\(change.field): \(text(change.from)) → \(text(change.to))"
            }.joined(separator: "; ")
        }
    }

    /// Rows that come to the same.
    struct Rows {
        let words: String
        let first: [Row]
    }

    /// A column of the file, and what it may hold.
    struct Column {
        struct Meaning {
            let name: String
            let label: String
            let isChosen: Bool
        }

        let index: Int
        let header: String
        let meanings: [Meaning]

        init(_ index: Int, _ column: ImportColumns.Column) {
            self.index = index
            header = column.header
            meanings =
                [Meaning(name: "", label: "Left out", isChosen: column.field == nil)]
                + BookColumn.allCases.map {
                    Meaning(name: $0.name, label: $0.label, isChosen: $0 == column.field)
                }
        }
    }

    /// Columns of which the page asks what they hold, so that it stays small.
    static let columnCountMax = 40

    let frame: Pages.Frame
    let key: String
    let reason: String
    let isUpdate: Bool
    let adds: Bool
    let refusesUnknown: Bool
    let skipsRetired: Bool
    /// What was imported.
    var done: String?
    /// The key by which that can be undone.
    var undo: String?
    var fault: String?
    /// The fault of the file field.
    var fileFault: String?
    var reasonFault: String?
    /// Bad rows of the file.
    var faults: [Fault] = []
    /// What may be slips.
    var doubts: [Fault] = []
    /// What the file comes to; empty before it was looked at.
    var rows: [Rows] = []
    var columns: [Column] = []
    var unknown: String?
    /// What can be imported now.
    var button: String?
    let example = BookColumn.allCases.prefix(5).map(\.name).joined(separator: ",")
    let sizeMax = "\(ShopLimits.fileFormByteCountMax >> 20) MB"
    /// Whether the file is held and need not be chosen again.
    var isHeld = false

    init(_ frame: Pages.Frame, _ filled: ImportForm) {
        self.frame = frame
        key = ReceiptID.random().text
        reason = filled.reason
        isUpdate = filled.options.isUpdate
        adds = filled.options.stock == .add
        refusesUnknown = filled.options.unknown == .refuse
        skipsRetired = filled.options.retired == .skip
    }

    /// Shows what a file would bring.
    mutating func show(_ imported: Imported) {
        let report = imported.report
        rows = [
            ("to be added", report.added), ("to be changed", report.changed), ("unchanged", report.unchanged),
        ].compactMap { words, rows in
            rows.count == 0
                ? nil : Rows(words: "\(Wording.books(rows.count)) \(words)", first: rows.first.map(Row.init))
        }
        columns = (imported.table?.columns ?? []).prefix(Self.columnCountMax).enumerated().map {
            Column($0, $1)
        }
        if let unknown = imported.table?.unknown, !unknown.isEmpty {
            self.unknown = unknown.map { "“\(Wording.listed($0))”" }.joined(separator: ", ")
        }
        doubts = report.doubts.named.prefix(ShopLimits.namedRowCountMax).map(Fault.init)
        refuse(report.refused.named, count: report.refused.count)
        if report.refused.count > 0, let words = imported.wordsOnMissing {
            fault = "\(DeskError.sentence(words)) \(fault ?? "")"
        }
        let count = report.added.count + report.changed.count
        if report.refused.count == 0, count > 0 { button = "Import \(Wording.books(count))" }
        if report.refused.count == 0, count == 0 {
            fault = "The file changes nothing: all its books are so already."
        }
    }

    /// Names what is wrong.
    mutating func refuse(_ lines: [RefusedLine], count: Int) {
        guard count > 0 else { return }
        faults = lines.prefix(ShopLimits.namedRowCountMax).map(Fault.init)
        fault =
            (count == 1 ? "1 row cannot be used" : "\(Wording.count(Int64(count))) rows cannot be used")
            + (count > faults.count ? "; the first \(faults.count) are listed" : "")
            + ". Nothing was imported. Correct the file and choose it again, or say below what its columns hold."
    }
}

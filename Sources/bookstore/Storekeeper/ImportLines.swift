internal import Model
internal import StoreAPI

/// What a file of books came to, or would come to, for a terminal.
struct ImportLines {
    private let imported: Imported
    private let isDry: Bool

    init(_ imported: Imported, isDry: Bool) {
        self.imported = imported
        self.isDry = isDry
    }

    var all: [String] {
        let report = imported.report
        var lines = ["\(Self.books(report.bookCount)) \(isDry ? "can be imported" : "imported")"]
        guard let table = imported.table else { return lines }
        if report.changed.count + report.unchanged.count > 0 {
            lines[0] +=
                ": \(report.added.count) added, \(report.changed.count) changed, \(report.unchanged.count) unchanged"
        }
        if !table.unknown.isEmpty {
            lines.append("left out: \(table.unknown.map { ShownText.quoted($0) }.joined(separator: ", "))")
        }
        guard isDry else { return lines }
        lines += [("add", report.added), ("change", report.changed), ("unchanged", report.unchanged)].flatMap
        {
            word, rows in rows.first.map { "  line \($0.line): \(word) \(Self.text($0))" }
        }
        lines += report.doubts.named.map {
            "  line \($0.line): \(ShownText.escaped($0.reason)); is that meant?"
        }
        return lines
    }

    /// `1 book` or `2 books`.
    static func books(_ count: Int) -> String { count == 1 ? "1 book" : "\(count) books" }

    private static func text(_ row: ImportReport.Row) -> String {
        let shown = { (text: String?) in
            text.map { ShownText.escaped($0, scalarCountMax: ShownText.quotedScalarCountMax) } ?? "none"
        }
        let changes = row.changes.map { change in
            change.from == nil
                ? "\(change.field) \(shown(change.to))"
                : "\(change.field) \(shown(change.from)) → \(shown(change.to))"
        }
        return (["book \(row.item?.description ?? "(next free number)") \(shown(row.title))"] + changes)
            .joined(separator: ", ")
    }
}

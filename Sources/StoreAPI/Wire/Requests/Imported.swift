package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    private static let change = Schema.object([
        "field": .string, "from": .string.orNull, "to": .string.orNull,
    ])
    private static let importedRow = Schema.object([
        "line": .integer(), "item_number": .itemNumber.orNull, "title": .string,
        "changes": .array(of: change),
    ]).saying("The number of a new book may be the next free one: null.").named("ImportedRow")
    private static let importedRows = Schema.object([
        "added": .array(of: importedRow), "changed": .array(of: importedRow),
        "unchanged": .array(of: importedRow),
    ])
    private static let importedColumn = Schema.object(["header": .string, "field": .string.orNull])

    static let imported = Schema.result(
        .object(
            ["books": .integer()],
            optional: [
                "added": .count, "changed": .count, "unchanged": .count, "refused": .count,
                "key": .string.saying("By which it can be undone."), "encoding": .string,
                "columns": .array(of: importedColumn), "unknown": .array(of: .string),
                "rows": importedRows.saying("The first of each."), "lines": .array(of: .refusedLine),
                "doubts": .array(of: .refusedLine).saying("No faults, and perhaps slips."),
            ])
    ).named("Imported")
}

/// What a file of books brought, or would bring.
package struct Imported: Sendable {
    /// How a table was read.
    package struct Table: Sendable {
        package let encoding: String
        package let columns: [ImportColumns.Column]
        package let unknown: [String]

        package init(encoding: TextEncoding, _ columns: ImportColumns) {
            self.encoding = encoding.rawValue
            self.columns = columns.columns
            unknown = columns.unknown
        }
    }

    package let report: ImportReport
    /// Nil of `init` lines.
    package let table: Table?
    /// By which it can be undone; nil where nothing was written.
    package let key: IdempotencyKey?

    package init(_ report: ImportReport, table: Table?, key: IdempotencyKey?) {
        self.report = report
        self.table = table
        self.key = key
    }

    /// What to say where rows are refused and new books lack what no column of the table holds; nil where none is missing.
    package var wordsOnMissing: String? {
        guard let table else { return nil }
        let held = Set(table.columns.compactMap(\.field))
        let missing = [BookColumn.title, .topic, .price].filter { !held.contains($0) }
        guard !missing.isEmpty else { return nil }
        return
            "no column of the file holds the \(missing.map { $0.label.lowercased() }.joined(separator: " and the ")), which new books need"
    }

    /// The answer that says so. Of `init` lines it is what it was before there were tables.
    package var result: ByteBuffer {
        .result { json in
            json.writeString(#"{"books":\#(report.bookCount)"#)
            if let table { write(table, to: &json) }
            json.writeStaticString("}")
        }
    }

    private func write(_ table: Table, to json: inout ByteBuffer) {
        json.writeString(
            #","added":\#(report.added.count),"changed":\#(report.changed.count),"unchanged":\#(report.unchanged.count),"refused":\#(report.refused.count)"#
        )
        if let key {
            json.writeStaticString(#","key":"#)
            json.writeJSONString(key.text)
        }
        json.writeStaticString(#","encoding":"#)
        json.writeJSONString(table.encoding)
        json.writeStaticString(#","columns":"#)
        json.writeArray(table.columns) { json, column in
            json.writeStaticString(#"{"header":"#)
            json.writeJSONString(column.header)
            json.writeStaticString(#","field":"#)
            json.writeJSONString(orNull: column.field?.name)
            json.writeStaticString("}")
        }
        json.writeStaticString(#","unknown":"#)
        json.writeArray(table.unknown) { $0.writeJSONString($1) }
        json.writeStaticString(#","rows":{"added":"#)
        json.writeRows(report.added.first)
        json.writeStaticString(#","changed":"#)
        json.writeRows(report.changed.first)
        json.writeStaticString(#","unchanged":"#)
        json.writeRows(report.unchanged.first)
        json.writeStaticString(#"},"lines":"#)
        json.writeRefused(report.refused.inOrder)
        json.writeStaticString(#","doubts":"#)
        json.writeRefused(report.doubts.inOrder)
    }
}

extension ByteBuffer {
    fileprivate mutating func writeRows(_ rows: [ImportReport.Row]) {
        writeArray(rows) { json, row in
            json.writeString(#"{"line":\#(row.line),"item_number":"#)
            json.writeJSONString(orNull: row.item?.description)
            json.writeStaticString(#","title":"#)
            json.writeJSONString(row.title)
            json.writeStaticString(#","changes":"#)
            json.writeArray(row.changes) { json, change in
                json.writeStaticString(#"{"field":"#)
                json.writeJSONString(change.field)
                json.writeStaticString(#","from":"#)
                json.writeJSONString(orNull: change.from)
                json.writeStaticString(#","to":"#)
                json.writeJSONString(orNull: change.to)
                json.writeStaticString("}")
            }
            json.writeStaticString("}")
        }
    }
}

// As clients read it.
extension Imported: Decodable {
    private enum CodingKeys: String, CodingKey {
        case books, added, changed, unchanged, refused, key, encoding, columns, unknown, rows, lines, doubts
    }

    private struct Rows: Decodable {
        let added: [ImportReport.Row]
        let changed: [ImportReport.Row]
        let unchanged: [ImportReport.Row]
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        var report = ImportReport()
        key = try members.decodeIfPresent(IdempotencyKey.self, forKey: .key)
        guard let encoding = try members.decodeIfPresent(String.self, forKey: .encoding) else {
            report.added.count = try members.decode(Int.self, forKey: .books)
            (self.report, table) = (report, nil)
            return
        }
        let rows = try members.decode(Rows.self, forKey: .rows)
        report.added = .init(count: try members.decode(Int.self, forKey: .added), rows.added)
        report.changed = .init(count: try members.decode(Int.self, forKey: .changed), rows.changed)
        report.unchanged = .init(count: try members.decode(Int.self, forKey: .unchanged), rows.unchanged)
        report.refused = RefusedLines(
            try members.decode([RefusedLine].self, forKey: .lines),
            count: try members.decode(Int.self, forKey: .refused))
        let doubts = try members.decode([RefusedLine].self, forKey: .doubts)
        report.doubts = RefusedLines(doubts, count: doubts.count)
        self.report = report
        table = Table(
            encoding: encoding, columns: try members.decode([ImportColumns.Column].self, forKey: .columns),
            unknown: try members.decode([String].self, forKey: .unknown))
    }
}

extension Imported.Table {
    fileprivate init(encoding: String, columns: [ImportColumns.Column], unknown: [String]) {
        self.encoding = encoding
        self.columns = columns
        self.unknown = unknown
    }
}

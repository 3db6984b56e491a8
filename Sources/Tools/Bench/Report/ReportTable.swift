internal import Model
internal import StoreAPI
internal import TierHTTP

/// A table of a report, to be written as plain text, Markdown or HTML.
struct ReportTable: Equatable {
    let title: String
    let columns: [TextTable.Column]
    private(set) var rows: [[String]] = []
    /// Rows that begin a new group.
    private(set) var groupStarts: Set<Int> = []

    init(_ title: String, _ columns: [TextTable.Column]) {
        self.title = title
        self.columns = columns
    }

    mutating func add(_ row: [String], beginsGroup: Bool = false) {
        precondition(row.count == columns.count, "a row has a value for each column")
        if beginsGroup, !rows.isEmpty { groupStarts.insert(rows.count) }
        rows.append(row)
    }

    /// For a terminal.
    var text: String {
        let table = TextTable(columns)
        var lines = table.lines(rows).map(trimmingEnd)
        let rule = table.widths(rows).map { String(repeating: "-", count: $0) }.joined(separator: "  ")
        for start in groupStarts.sorted(by: >) { lines.insert("", at: start + 1) }
        lines.insert(rule, at: 1)
        return ([title, ""] + lines).joined(separator: "\n") + "\n"
    }

    var markdown: String {
        let line = { (values: [String]) in "| " + values.joined(separator: " | ") + " |" }
        let rule = "|" + columns.map { $0.isLeft ? "---|" : "--:|" }.joined()
        let body = rows.map { line($0.map { $0.replacing("|", with: "\\|") }) }
        return (["**\(title)**", "", line(columns.map(\.heading)), rule] + body).joined(separator: "\n")
            + "\n"
    }

    var html: String {
        let cell = { (tag: String, index: Int, text: String) in
            "<\(tag)\(tag == "th" ? " scope=\"col\"" : "")\(columns[index].isLeft ? " class=\"w\"" : "")>\(HTMLText.escape(text))</\(tag)>"
        }
        let head = columns.indices.map { cell("th", $0, columns[$0].heading) }.joined()
        let body = rows.enumerated().map { number, row in
            let start = groupStarts.contains(number) ? " class=\"g\"" : ""
            return "<tr\(start)>" + row.indices.map { cell("td", $0, row[$0]) }.joined() + "</tr>"
        }
        return """
            <div class="scroll" role="region" aria-label="\(HTMLText.escape(title))" tabindex="0">
            <table><caption>\(HTMLText.escape(title))</caption>
            <thead><tr>\(head)</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody></table></div>
            """
    }

    private func trimmingEnd(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }
}

/// What the columns of a file of books were understood to hold.
package struct ImportColumns: Equatable, Sendable {
    /// Columns in a file, at most.
    package static let countMax = 200
    /// The longest header, in UTF-8 bytes.
    package static let headerByteCountMax = 256

    /// A column of the file.
    package struct Column: Equatable, Decodable, Sendable {
        /// Its header; of one without a name, its number.
        package let header: String
        /// What it holds; nil where it is left out.
        package let field: BookColumn?
    }

    /// The columns in the file's order.
    package let columns: [Column]
    /// The headers of those that are left out because nobody said what they are.
    package let unknown: [String]
    /// The header row as one text, by which a mapping is kept.
    package let signature: String

    /// Reads a header row.
    ///
    /// - Throws: ``LineFault`` where it cannot be one.
    init(header: [String], mapping: ImportMapping) throws(LineFault) {
        let names = Self.names(header)
        if names.contains(where: { $0.utf8.contains(0x0D) }) {
            throw LineFault("the lines end in carriage returns alone; save the file with line feeds")
        }
        guard names.count <= Self.countMax, names.allSatisfy({ $0.utf8.count <= Self.headerByteCountMax })
        else {
            throw LineFault(
                "the first row is no header: it has more than \(Self.countMax) columns, or a name of over \(Self.headerByteCountMax) bytes"
            )
        }
        if let stray = mapping.columns.keys.sorted().first(where: { !names.contains($0) }) {
            throw LineFault(
                "there is no column \(ShownText.quoted(stray)), of which is said what it holds; the columns are \(Self.listed(names))"
            )
        }
        let fields = try Self.fields(of: names, mapping)
        let columns = zip(names, fields).map { Column(header: $0, field: $1) }
        self.columns = columns
        signature = Self.signature(of: header)
        unknown = names.indices.filter {
            fields[$0] == nil && !header[$0].isEmpty && mapping.columns[names[$0]] == nil
        }.map { columns[$0].header }
        let known = Set(fields.compactMap(\.self))
        guard !known.isDisjoint(with: [.item, .title, .fact(.isbn)]) else {
            throw LineFault(
                "no column tells which book a row is of; the first row names the columns, among them item_number, isbn or title, but this one has \(Self.listed(names))"
            )
        }
    }

    private static func fields(of names: [String], _ mapping: ImportMapping) throws(LineFault)
        -> [BookColumn?]
    {
        var fields = [BookColumn?](repeating: nil, count: names.count)
        var best: [BookColumn: (index: Int, rank: Int)] = [:]
        for (index, name) in names.enumerated() {
            // What a person says goes before every guess.
            let meant: (column: BookColumn, rank: Int)?
            if let said = mapping.columns[name] {
                meant = said.map { ($0, -1) }
            } else {
                meant = BookColumn.meant(by: name)
            }
            guard let (column, rank) = meant else { continue }
            if let other = best[column] {
                guard rank != other.rank else {
                    throw LineFault(
                        "a column is there twice: \(ShownText.quoted(names[other.index])) and \(ShownText.quoted(name)) both hold the \(column.name)"
                    )
                }
                guard rank < other.rank else { continue }
                fields[other.index] = nil
            }
            fields[index] = column
            best[column] = (index, rank)
        }
        return fields
    }

    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(20).map { ShownText.quoted($0) }.joined(separator: ", ")
        return names.count > 20 ? shown + ", …" : shown
    }

    /// The names of a header row, a number for one that has none, without the empty ones at its end that a trailing separator makes.
    private static func names(_ header: [String]) -> [String] {
        var names = header.map { ShopText.kept(CellGuard.unguarded($0)) }
        while names.last?.isEmpty == true { names.removeLast() }
        return names.enumerated().map { $1.isEmpty ? "column \($0 + 1)" : $1 }
    }

    /// A header row as one text, by which a mapping is kept.
    static func signature(of header: [String]) -> String { names(header).joined(separator: "\u{1F}") }
}

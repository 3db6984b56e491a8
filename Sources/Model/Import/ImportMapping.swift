/// What a person says that columns of a file hold, by their headers. What is not named here is understood by itself.
package struct ImportMapping: Equatable, Sendable {
    /// The longest JSON of it, in UTF-8 bytes.
    package static let byteCountMax = 8_192

    /// By the header as the file has it, without blanks at its ends; nil leaves the column out.
    package private(set) var columns: [String: BookColumn?] = [:]

    package init() {}

    package var isEmpty: Bool { columns.isEmpty }

    /// Says what a column holds.
    package mutating func set(_ column: BookColumn?, for header: String) {
        columns.updateValue(column, forKey: ShopText.kept(header))
    }

    // MARK: JSON

    /// A JSON object of headers: the name of what the column holds, or null for one that is left out.
    package var json: String {
        JSONText.object(
            columns.sorted { $0.key < $1.key }.map {
                ($0.key, $0.value.map { JSONText.quoted($0.name) } ?? "null")
            })
    }

    /// Reads what ``json`` writes.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with it.
    package init(json text: String) throws(LineFault) {
        let example = #"such as {"Price":"cost","Shelf":null}"#
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONReader.value(in: Array(text.utf8))
        } catch {
            throw LineFault("\(error.place) \(error.reason)")
        }
        guard let members = value.members else { throw LineFault("is no JSON object, \(example)") }
        for (header, value) in members {
            switch value {
            case .null: set(nil, for: header)
            case .text(let name):
                guard let column = BookColumn(name: name) else {
                    let names = BookColumn.allCases.map(\.name).joined(separator: ", ")
                    throw LineFault("\(ShownText.quoted(name)) is no column of a book; there are \(names)")
                }
                set(column, for: header)
            default: throw LineFault("has a value that is neither a name nor null, \(example)")
            }
        }
    }
}

internal import Model

/// Rows of a file that the catalog refused, by their place in what it was sent.
struct RefusedRows: Decodable, Sendable {
    struct Row: Decodable, Sendable {
        let line: Int
        let reason: String
    }

    let lines: [Row]
    let count: Int

    private enum CodingKeys: String, CodingKey {
        case lines
        case count = "line_count"
    }
}

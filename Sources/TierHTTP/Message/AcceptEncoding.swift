/// Which codings of a body a client takes: its `Accept-Encoding` fields (RFC 9110, 12.5.3).
package struct AcceptEncoding: Sendable {
    /// Whether gzip is taken, and liked no less than a body as it is. A client that does not say gets none.
    package let takesGzip: Bool

    /// Reads the fields of a request. A weight that is malformed counts as 0, so that in doubt a body stays as
    /// it is.
    package init(_ fields: some Sequence<String>) {
        var gzip: Int?
        var identity: Int?
        var others: Int?
        for element in fields.lazy.flatMap({ $0.split(separator: ",") }) {
            let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(
                \.withoutOuterBlanks)
            let weight = Self.weight(parts.dropFirst())
            switch parts[0].lowercased() {
            // RFC 9110, 8.4.1.3: the older name means the same.
            case "gzip", "x-gzip": gzip = max(gzip ?? 0, weight)
            case "identity": identity = weight
            case "*": others = weight
            default: break
            }
        }
        let liking = gzip ?? others ?? 0
        takesGzip = liking > 0 && liking >= identity ?? 0
    }

    /// A coding's weight in thousandths; without one it is 1.
    private static func weight(_ parameters: ArraySlice<Substring>) -> Int {
        var weight = 1_000
        for parameter in parameters {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].withoutOuterBlanks.lowercased() == "q" else { return 0 }
            weight = thousandths(parts[1].withoutOuterBlanks) ?? 0
        }
        return weight
    }

    /// A `qvalue`: 0 to 1 with at most three digits behind the point.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts.count == 2 ? parts[1] : ""
        guard parts[0] == "0" || parts[0] == "1", digits.utf8.count <= 3,
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        let whole = parts[0] == "1" ? 1_000 : 0
        let value = whole + (Int(digits + String(repeating: "0", count: 3 - digits.utf8.count)) ?? 0)
        return value <= 1_000 ? value : nil
    }
}

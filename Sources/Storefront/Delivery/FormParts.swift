/// The parts of a posted form with a file (`multipart/form-data`, RFC 7578).
struct FormParts: Sendable {
    /// The most parts of one form. The shop's own longest asks of each column of a file what it holds, beside a few
    /// fields.
    static let countMax = 8 + 2 * ImportView.columnCountMax
    /// The longest head of a part, in bytes.
    static let headByteCountMax = 1_024

    private static let lineBreak: [UInt8] = [13, 10]
    private static let dashes = Array("--".utf8)

    private var parts: [String: ArraySlice<UInt8>] = [:]

    /// The boundary in a content type; nil for another type or a missing boundary.
    static func boundary(of contentType: String) -> String? {
        let pieces = contentType.split(separator: ";").map { $0.drop(while: \.isWhitespace) }
        guard pieces.first?.lowercased() == "multipart/form-data",
            let parameter = pieces.first(where: { $0.lowercased().hasPrefix("boundary=") })
        else { return nil }
        let value = parameter.dropFirst("boundary=".count).filter { $0 != "\"" }
        return (1...70).contains(value.utf8.count) ? value : nil
    }

    /// Parses a body; nil when it is malformed, has a part twice, or has too many parts.
    init?(_ body: [UInt8], boundary: String) {
        let delimiter = Self.lineBreak + Self.dashes + Array(boundary.utf8)
        // The first delimiter may begin the body, without a line break before it.
        let bytes = Self.lineBreak + body
        guard var end = Self.place(of: delimiter, in: bytes[...], from: 0) else { return nil }
        while true {
            let start = end + delimiter.count
            if bytes[start...].starts(with: Self.dashes) { return }
            guard parts.count < Self.countMax, bytes[start...].starts(with: Self.lineBreak),
                let next = Self.place(of: delimiter, in: bytes[...], from: start),
                let headEnd = Self.place(
                    of: Self.lineBreak + Self.lineBreak, in: bytes[..<next], from: start),
                headEnd - start <= Self.headByteCountMax,
                let head = String(validating: bytes[start..<headEnd], as: UTF8.self),
                let name = Self.name(in: head),
                parts.updateValue(bytes[(headEnd + 4)..<next], forKey: name) == nil
            else { return nil }
            end = next
        }
    }

    /// A part's bytes; nil when it is absent.
    subscript(_ name: String) -> ArraySlice<UInt8>? { parts[name] }

    /// The name in `Content-Disposition: form-data; name="…"; filename="…"`.
    private static func name(in head: String) -> String? {
        for line in head.split(separator: "\r\n") {
            let pieces = line.split(separator: ";").map { $0.drop(while: \.isWhitespace) }
            guard pieces.first?.lowercased() == "content-disposition: form-data" else { continue }
            guard let piece = pieces.first(where: { $0.hasPrefix("name=\"") }), piece.hasSuffix("\"") else {
                return nil
            }
            return String(piece.dropFirst("name=\"".count).dropLast())
        }
        return nil
    }

    private static func place(of wanted: [UInt8], in bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        var rest = bytes[start...]
        while let place = rest.firstIndex(of: wanted[0]) {
            if rest[place...].starts(with: wanted) { return place }
            rest = rest[(place + 1)...]
        }
        return nil
    }
}

public import Model

/// The path and query of a request line.
public struct RequestTarget: Sendable {
    /// The first segment of the path, such as `search` of `/search/T`, not decoded.
    public let route: String
    /// What follows the route's slash in the path, not decoded; nil without a slash.
    let pathRest: Substring?
    /// What follows the question mark, not decoded; nil without one.
    public let query: Substring?

    /// Takes a request line's target in origin form (`/a?b`) or absolute form (`http://host/a?b`).
    public init(_ target: String) {
        var text = target[...]
        if text.utf8.first != UInt8(ascii: "/"), let scheme = text.utf8.firstRange(of: Array("://".utf8)) {
            let afterHost = text.utf8[scheme.upperBound...]
            let slash = afterHost.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
            text = text[(slash ?? text.endIndex)...]
        }
        if let fragment = text.utf8.firstIndex(of: UInt8(ascii: "#")) { text = text[..<fragment] }
        let question = text.utf8.firstIndex(of: UInt8(ascii: "?"))
        query = question.map { text[text.utf8.index(after: $0)...] }
        var path = text[..<(question ?? text.endIndex)]
        if path.utf8.first == UInt8(ascii: "/") { path = path[path.utf8.index(after: path.startIndex)...] }
        let slash = path.utf8.firstIndex(of: UInt8(ascii: "/"))
        route = String(path[..<(slash ?? path.endIndex)])
        pathRest = slash.map { path[path.utf8.index(after: $0)...] }
    }

    /// The decoded value of a query parameter; nil when it is absent.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` when it is given twice or is not percent-encoded UTF-8.
    public func parameter(_ name: String) throws(StoreError) -> String? {
        guard let query else { return nil }
        var found: String?
        var rest = query.utf8[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "&")) ?? rest.endIndex
            let pair = rest[..<end]
            rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let key = pair[..<(equals ?? pair.endIndex)]
            // Names are plain ASCII; only one with an escape in it needs decoding before it can match.
            guard
                key.elementsEqual(name.utf8) || (key.contains(UInt8(ascii: "%")) && Self.decode(key) == name)
            else { continue }
            guard found == nil else { throw .invalid("parameter \(name) is given twice") }
            let value = equals.map { pair[pair.index(after: $0)...] } ?? pair[pair.endIndex...]
            guard let decoded = Self.decode(value) else {
                throw .invalid("parameter \(name) is not percent-encoded UTF-8")
            }
            found = decoded
        }
        return found
    }

    /// A parameter that may stand in the query (`/lookup?item_number=1`) or in the path (`/lookup/1`).
    ///
    /// - Throws: ``StoreError/invalid(_:)`` when it is malformed, given twice, missing or empty.
    public func required(_ name: String, orInPath: Bool = false) throws(StoreError) -> String {
        var value = try parameter(name)
        if orInPath, let pathRest, !pathRest.isEmpty {
            guard value == nil else {
                throw .invalid("parameter \(name) is given in the path and in the query")
            }
            guard let decoded = Self.decode(pathRest.utf8) else {
                throw .invalid("\(name) in the path is not percent-encoded UTF-8")
            }
            value = decoded
        }
        guard let value, !value.isEmpty else { throw .invalid("parameter \(name) is missing") }
        return value
    }

    /// Undoes percent-encoding, with `+` for a space; nil for a broken escape or for bytes that are not
    /// UTF-8, in whose place the parser of the head has put U+FFFD.
    static func decode(_ text: Substring.UTF8View) -> String? {
        guard text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") || $0 >= 0x80 })
        else {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit)
                else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard !text.contains(0xEF) || !Substring(text).unicodeScalars.contains("\u{FFFD}") else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `text` so that it can stand as a parameter's value: all but RFC 3986's unreserved characters escaped.
    public static func encode(_ text: String) -> String {
        var encoded = ""
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded.unicodeScalars.append("%")
                encoded.unicodeScalars.append(digits[Int(byte >> 4)])
                encoded.unicodeScalars.append(digits[Int(byte & 15)])
            }
        }
        return encoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

package import Model

/// The path and query of a request line.
package struct RequestTarget: Sendable {
    /// The first segment of the path, such as `search` of `/search/T`, not decoded.
    package let route: String
    /// What follows the route's slash in the path, not decoded; nil without a slash.
    let pathRest: Substring?
    /// What follows the question mark, not decoded; nil without one.
    package let query: Substring?

    /// Takes a request line's target in origin form (`/a?b`) or absolute form (`http://host/a?b`).
    package init(_ target: String) {
        var text = target[...]
        if text.utf8.first != UInt8(ascii: "/"), let scheme = text.utf8.firstRange(of: Array("://".utf8)) {
            let afterHost = text.utf8[scheme.upperBound...]
            let slash = afterHost.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
            text = text[(slash ?? text.endIndex)...]
        }
        let bytes = text.utf8.span
        let end = bytes.firstIndex(of: UInt8(ascii: "#"), in: 0..<bytes.count) ?? bytes.count
        let question = bytes.firstIndex(of: UInt8(ascii: "?"), in: 0..<end)
        query = question.map { text.bytes($0 + 1..<end) }
        let pathEnd = question ?? end
        let start = pathEnd > 0 && bytes[0] == UInt8(ascii: "/") ? 1 : 0
        let slash = bytes.firstIndex(of: UInt8(ascii: "/"), in: start..<pathEnd)
        route = String(text.bytes(start..<(slash ?? pathEnd)))
        pathRest = slash.map { text.bytes($0 + 1..<pathEnd) }
    }

    /// The decoded value of a query parameter; nil when it is absent.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` when it is given twice or is not percent-encoded UTF-8.
    package func parameter(_ name: String) throws(StoreError) -> String? {
        guard let query else { return nil }
        guard let value = try Self.value(of: name, in: query) else { return nil }
        guard let decoded = Self.decode(value.utf8) else {
            throw .invalid("parameter \(name) is not percent-encoded UTF-8")
        }
        return decoded
    }

    /// A parameter's value, not decoded. Over the bytes in memory: every request comes through here, and the
    /// generic walk over a text takes ten times as long.
    private static func value(of name: String, in query: Substring) throws(StoreError) -> Substring? {
        let bytes = query.utf8.span
        let wanted = name.utf8.span
        var found: Substring?
        var start = 0
        while start < bytes.count {
            let end = bytes.firstIndex(of: UInt8(ascii: "&"), in: start..<bytes.count) ?? bytes.count
            let equals = bytes.firstIndex(of: UInt8(ascii: "="), in: start..<end)
            let key = start..<(equals ?? end)
            // Names are plain ASCII; only one with an escape in it needs decoding before it can match.
            if bytes.hasBytes(of: wanted, at: key)
                || (bytes.firstIndex(of: UInt8(ascii: "%"), in: key) != nil
                    && decode(query.bytes(key).utf8) == name)
            {
                guard found == nil else { throw .invalid("parameter \(name) is given twice") }
                found = query.bytes((equals.map { $0 + 1 } ?? end)..<end)
            }
            start = end + 1
        }
        return found
    }

    /// A parameter in the query (`/lookup?item_number=1`) or in the path (`/lookup/1`).
    ///
    /// - Throws: ``StoreError/invalid(_:)`` when it is malformed, given twice, missing or empty.
    package func required(_ name: String, orInPath: Bool = false) throws(StoreError) -> String {
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
        if isPlain(text) { return String(Substring(text)) }
        guard !text.contains(0xEF) || !Substring(text).unicodeScalars.contains("\u{FFFD}") else { return nil }
        return unescaped(text)
    }

    /// The same for text that no parser of heads has read, such as a form's: there U+FFFD is what was typed.
    package static func percentDecoded(_ text: Substring.UTF8View) -> String? {
        isPlain(text) ? String(Substring(text)) : unescaped(text)
    }

    /// Whether nothing in it is encoded, as in nearly every parameter.
    private static func isPlain(_ text: Substring.UTF8View) -> Bool {
        !text.span.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") || $0 >= 0x80 })
    }

    private static func unescaped(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = iterator.next()?.hexadecimalDigit,
                    let low = iterator.next()?.hexadecimalDigit
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// `text` for use as a parameter's value: all but RFC 3986's unreserved characters escaped.
    package static func encode(_ text: String) -> String {
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
}

extension Substring {
    /// The text between two offsets in bytes.
    func bytes(_ range: Range<Int>) -> Substring {
        self[
            utf8.index(
                startIndex, offsetBy: range.lowerBound)..<utf8.index(startIndex, offsetBy: range.upperBound)]
    }
}

extension Span<UInt8> {
    /// The offset of the first such byte in a range of offsets.
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if self[index] == byte { return index }
            index += 1
        }
        return nil
    }

    fileprivate func contains(where predicate: (UInt8) -> Bool) -> Bool {
        for index in indices where predicate(self[index]) { return true }
        return false
    }

    /// Whether the bytes in a range of offsets are those of `text`.
    fileprivate func hasBytes(of text: Span<UInt8>, at range: Range<Int>) -> Bool {
        guard text.count == range.count else { return false }
        for index in text.indices where self[range.lowerBound + index] != text[index] { return false }
        return true
    }
}

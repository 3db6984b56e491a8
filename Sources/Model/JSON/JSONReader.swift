/// Reads JSON strictly after RFC 8259, in time proportional to its length: UTF-8 only, no member twice, no
/// trailing comma, nothing after the value, no half of a surrogate pair.
///
/// By hand, because Foundation's decoder accepts a member twice and a trailing comma, and the time that it
/// needs for an unknown shape grows with the square of the depth: 60 KB held an event loop for 53 s.
package struct JSONReader {
    /// Arrays and objects inside each other. No request of the store has more than three levels.
    package static let depthMax = 32
    /// Bytes of a member's name that an error repeats.
    private static let namedBytesMax = 80

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value that is all of `bytes`.
    ///
    /// - Throws: ``JSONFault`` with the place and the reason.
    package static func value(in bytes: [UInt8]) throws(JSONFault) -> JSONValue {
        var reader = JSONReader(bytes)
        reader.skipBlanks()
        let value = try reader.value()
        reader.skipBlanks()
        guard reader.position == reader.bytes.count else { throw reader.unexpected("nothing more") }
        return value
    }

    // MARK: Values

    private mutating func value() throws(JSONFault) -> JSONValue {
        switch peek ?? 0 {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected("a value")
        }
    }

    private mutating func object() throws(JSONFault) -> JSONValue {
        try enter()
        var members: [String: JSONValue] = [:]
        skipBlanks()
        if take(UInt8(ascii: "}")) {
            depth -= 1
            return .object(members)
        }
        repeat {
            skipBlanks()
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a member's name in quotes") }
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw unexpected("a colon") }
            skipBlanks()
            let value = try within(".\(name.prefix(Self.namedBytesMax))") { reader throws(JSONFault) in
                guard members[name] == nil else { throw JSONFault(reason: "is given twice") }
                return try reader.value()
            }
            members[name] = value
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw unexpected("a comma or '}'") }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(JSONFault) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return .array(elements)
        }
        repeat {
            skipBlanks()
            let value = try within("[\(elements.count)]") { reader throws(JSONFault) in try reader.value() }
            elements.append(value)
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw unexpected("a comma or ']'") }
        depth -= 1
        return .array(elements)
    }

    /// Takes an opening bracket.
    private mutating func enter() throws(JSONFault) {
        guard depth < Self.depthMax else {
            throw JSONFault(reason: "is nested deeper than \(Self.depthMax) levels")
        }
        depth += 1
        position += 1
    }

    /// Reads a part, whose faults then name it.
    private mutating func within(
        _ step: @autoclosure () -> String, _ read: (inout JSONReader) throws(JSONFault) -> JSONValue
    ) throws(JSONFault) -> JSONValue {
        do {
            return try read(&self)
        } catch {
            throw JSONFault(place: step() + error.place, reason: error.reason)
        }
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        let isThere = word.withUTF8Buffer { bytes[position...].prefix($0.count).elementsEqual($0) }
        guard isThere else { throw unexpected("a value") }
        position += word.utf8CodeUnitCount
        return value
    }

    /// A number as it is spelt.
    private mutating func number() throws(JSONFault) -> String {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(JSONFault) {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw unexpected("a digit") }
    }

    // MARK: Strings

    private mutating func string() throws(JSONFault) -> String {
        position += 1
        let start = position
        // Most strings have no escapes, and are the bytes that they are.
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
            position += 1
        }
        if peek == UInt8(ascii: "\"") {
            position += 1
            return try Self.text(bytes[start..<position - 1])
        }
        var text = Array(bytes[start..<position])
        while let byte = peek, byte >= 0x20 {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try Self.text(text[...])
            case UInt8(ascii: "\\"): try escape(into: &text)
            default: text.append(byte)
            }
        }
        throw unexpected(peek == nil ? "a closing quote" : "an escape instead of a control character")
    }

    private static func text(_ bytes: ArraySlice<UInt8>) throws(JSONFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONFault(reason: "holds bytes that are not UTF-8")
        }
        return text
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONFault) {
        guard let byte = peek else { throw unexpected("an escaped character") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: String(try scalar()).utf8)
        default:
            position -= 1
            throw unexpected("one of JSON's escapes")
        }
    }

    /// The character of one or two `\u` escapes.
    private mutating func scalar() throws(JSONFault) -> Character {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
            let second = try hexadecimal()
            let code = 0x10000 + (first - 0xD800) << 10 + (second & 0x3FF)
            if second >> 10 == 0xDC00 >> 10, let scalar = Unicode.Scalar(code) { return Character(scalar) }
        }
        throw JSONFault(reason: "holds half of a surrogate pair, which is no character")
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek?.hexadecimalDigit else {
                throw unexpected("four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private func unexpected(_ wanted: String) -> JSONFault {
        JSONFault(reason: "has not \(wanted) at byte \(position)")
    }
}

internal import NIOHTTP1

/// A request in the form that nearly all have: it has come whole, has no body, perhaps says so by a length of 0, and says
/// nothing of the connection but that it stays. It is read in one pass over its bytes; every other request is the parser's.
///
/// What is taken is a part of what the parser takes, and means the same to both (`PlainRequestTests` compares them): a method
/// of two, a target of characters that need no thought, fields on one line each. Whatever could be read in two ways is not
/// refused here but left alone.
struct PlainRequest {
    /// Longer heads are left to the parser.
    static let bytesMax = 4 * 1024

    let head: HTTPRequestHead
    /// What it takes of the bytes that it was read from.
    let byteCount: Int

    /// Reads the request at the start of `bytes`; nil for one that the parser has to read.
    init?(_ bytes: UnsafeRawBufferPointer, limits: ServerLimits) {
        var reader = PlainReader(bytes: bytes, bytesMax: min(Self.bytesMax, limits.headBytesMax))
        guard let method = reader.method(), let uri = reader.target(),
            let fields = reader.fields(countMax: limits.fieldCountMax)
        else { return nil }
        head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: HTTPHeaders(fields))
        byteCount = reader.index
    }
}

/// A place in the bytes of a head.
private struct PlainReader {
    /// Characters of a target beside letters and digits: RFC 3986's without brackets and the fragment's `#`.
    private static let targetBytes = ASCIISet("-._~/?&=%+:@!$'()*,;")
    /// Characters of a field's name beside letters and digits (RFC 9110, 5.6.2).
    private static let nameBytes = ASCIISet("!#$%&'*+-.^_`|~")

    private let bytes: UnsafeRawBufferPointer
    private let end: Int
    private(set) var index = 0

    init(bytes: UnsafeRawBufferPointer, bytesMax: Int) {
        self.bytes = bytes
        end = min(bytes.count, bytesMax)
    }

    mutating func method() -> HTTPMethod? {
        if skip("GET ") { return .GET }
        return skip("POST ") ? .POST : nil
    }

    /// The target in origin form, and the rest of the first line.
    mutating func target() -> String? {
        let start = index
        guard start < end, bytes[start] == UInt8(ascii: "/") else { return nil }
        while index < end, Self.targetBytes.contains(bytes[index]) { index += 1 }
        let target = text(start..<index)
        return skip(" HTTP/1.1\r\n") ? target : nil
    }

    /// All fields and the empty line behind them. Nil where one of them matters to where the request ends and how the
    /// connection goes on.
    mutating func fields(countMax: Int) -> [(String, String)]? {
        var fields: [(String, String)] = []
        fields.reserveCapacity(4)
        var namesConnection = false
        var namesLength = false
        while !skip("\r\n") {
            guard fields.count < countMax, let name = fieldName(), let value = fieldValue() else {
                return nil
            }
            switch name.count {
            case 6 where isName(name, "expect"), 7 where isName(name, "upgrade"),
                16 where isName(name, "proxy-connection"), 17 where isName(name, "transfer-encoding"):
                return nil
            case 14 where isName(name, "content-length"):
                guard !namesLength, value.count == 1, bytes[value.lowerBound] == UInt8(ascii: "0") else {
                    return nil
                }
                namesLength = true
            case 10 where isName(name, "connection"):
                guard !namesConnection, isName(value, "keep-alive") else { return nil }
                namesConnection = true
            default: break
            }
            fields.append((text(name), text(value)))
        }
        return fields
    }

    private mutating func fieldName() -> Range<Int>? {
        let start = index
        while index < end, Self.nameBytes.contains(bytes[index]) { index += 1 }
        guard index > start, index < end, bytes[index] == UInt8(ascii: ":") else { return nil }
        defer { index += 1 }
        return start..<index
    }

    /// A value of visible characters and blanks within them, and the end of its line.
    private mutating func fieldValue() -> Range<Int>? {
        if index < end, bytes[index] == UInt8(ascii: " ") { index += 1 }
        let start = index
        while index < end, bytes[index] >= 0x20, bytes[index] < 0x7F { index += 1 }
        let value = start..<index
        guard !value.isEmpty, bytes[value.lowerBound] != 0x20, bytes[value.upperBound - 1] != 0x20 else {
            return nil
        }
        return skip("\r\n") ? value : nil
    }

    /// Moves behind `expected` if it stands here.
    private mutating func skip(_ expected: StaticString) -> Bool {
        let count = expected.utf8CodeUnitCount
        guard index + count <= end else { return false }
        for offset in 0..<count where bytes[index + offset] != expected.utf8Start[offset] { return false }
        index += count
        return true
    }

    /// Whether this is `name`, which is in lower case; letters count in any case.
    private func isName(_ range: Range<Int>, _ name: StaticString) -> Bool {
        guard range.count == name.utf8CodeUnitCount else { return false }
        for offset in 0..<range.count where bytes[range.lowerBound + offset] | 0x20 != name.utf8Start[offset]
        {
            return false
        }
        return true
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }
}

/// Letters, digits and some more of ASCII.
private struct ASCIISet {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ others: StaticString) {
        let alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" as StaticString
        for text in [alphanumeric, others] {
            for offset in 0..<text.utf8CodeUnitCount {
                let byte = text.utf8Start[offset]
                if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
            }
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        return ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 == 1
    }
}

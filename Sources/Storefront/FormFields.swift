internal import Model

/// The fields of a body in `application/x-www-form-urlencoded` (URL Standard, 5.1).
///
/// It is no query of an address: a `#` in it begins nothing, and a program that escapes nothing but what would
/// end a field is understood.
struct FormFields: Sendable {
    /// Fields of one form, at most: the desk's longest has five for each of its rows.
    static let countMax = 2_000

    /// What stands behind each name, not decoded; nil for one that is there twice.
    private var values: [String: Substring?] = [:]

    /// Takes a body apart; nil when it has more fields than any form of the shop.
    init?(_ body: String) {
        let pairs = body.split(separator: "&", maxSplits: Self.countMax)
        guard pairs.count <= Self.countMax else { return nil }
        values.reserveCapacity(pairs.count)
        for pair in pairs {
            let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            // A name that cannot be read is no name of ours.
            guard let name = Self.decoded(pair[..<equals]) else { continue }
            let value = equals == pair.endIndex ? "" : pair[pair.utf8.index(after: equals)...]
            values.updateValue(values[name] == nil ? value : nil, forKey: name)
        }
    }

    /// The decoded value of a field; nil when it is absent.
    ///
    /// - Throws: `StoreError.invalid` when it is given twice or is not percent-encoded UTF-8.
    subscript(_ name: String) -> String? {
        get throws(StoreError) {
            guard let known = values[name] else { return nil }
            guard let value = known else { throw .invalid("\(name) is given twice") }
            guard let text = Self.decoded(value) else {
                throw .invalid("\(name) is not percent-encoded UTF-8")
            }
            return text
        }
    }

    /// Undoes the encoding: `+` is a space, `%2B` a plus; nil for a broken escape or bytes that are not UTF-8.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}

internal import Model
internal import TierHTTP

/// The fields of a body in `application/x-www-form-urlencoded` (URL Standard, 5.1).
///
/// Unlike the query of an address, it may contain a `#`. Programs may escape only the characters that would
/// end a field.
struct FormFields: Sendable {
    /// The most fields of one form: the desk's longest has five for each row.
    static let countMax = 2_000

    /// The value of each name, not decoded; nil for a name that occurs twice.
    private var values: [String: Substring?] = [:]

    /// Parses a body; nil when it has more fields than any form of the shop.
    init?(_ body: String) {
        let pairs = body.split(separator: "&", maxSplits: Self.countMax)
        guard pairs.count <= Self.countMax else { return nil }
        values.reserveCapacity(pairs.count)
        for pair in pairs {
            let equals = pair.utf8.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            // No field of the shop has a name that cannot be decoded.
            guard let name = RequestTarget.percentDecoded(pair[..<equals].utf8) else { continue }
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
            guard let text = RequestTarget.percentDecoded(value.utf8) else {
                throw .invalid("\(name) is not percent-encoded UTF-8")
            }
            return text
        }
    }
}

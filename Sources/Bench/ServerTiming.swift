/// Reads the `Server-Timing` field (W3C Server Timing): `order;dur=1.32, catalog-query;dur=0.21`.
enum ServerTiming {
    /// More entries of one answer are not looked at.
    static let entryCountMax = 8

    /// Calls `body` with each metric's name and its duration in nanoseconds. Metrics without a duration, and
    /// whatever cannot be read, are passed over.
    static func read(_ field: String, _ body: (Substring, UInt64) -> Void) {
        var entryCount = 0
        for entry in field.utf8.split(separator: UInt8(ascii: ","), maxSplits: entryCountMax) {
            guard entryCount < entryCountMax else { return }
            entryCount += 1
            let parts = entry.split(separator: UInt8(ascii: ";"))
            guard let name = parts.first.map({ trimmed($0) }), !name.isEmpty else { continue }
            for parameter in parts.dropFirst() {
                let sides = parameter.split(separator: UInt8(ascii: "="), maxSplits: 1)
                guard sides.count == 2, trimmed(sides[0]).elementsEqual("dur".utf8),
                    let nanos = nanos(ofMillis: trimmed(sides[1]))
                else { continue }
                body(Substring(name), nanos)
                break
            }
        }
    }

    /// Nanoseconds of a decimal number of milliseconds, such as `0.21`; nil for anything else.
    static func nanos(ofMillis text: Substring.UTF8View) -> UInt64? {
        var nanos: UInt64 = 0
        var fractionDigits: Int?
        var digitCount = 0
        for byte in text {
            if byte == UInt8(ascii: "."), fractionDigits == nil {
                fractionDigits = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digitCount < 12 else { return nil }
            // Below a nanosecond there is nothing to tell.
            if let digits = fractionDigits {
                guard digits < 6 else { continue }
                fractionDigits = digits + 1
            }
            nanos = nanos * 10 + UInt64(byte - UInt8(ascii: "0"))
            digitCount += 1
        }
        guard digitCount > 0 else { return nil }
        for _ in (fractionDigits ?? 0)..<6 { nanos *= 10 }
        return nanos
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        var text = text
        while let first = text.first, isBlank(first) { text = text.dropFirst() }
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return text
    }
}

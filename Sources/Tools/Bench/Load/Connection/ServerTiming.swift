/// Reads the `Server-Timing` field (W3C Server Timing): `order;dur=1.32, catalog-query;dur=0.21`.
enum ServerTiming {
    /// A part of the field, in place: this runs for every response, so nothing is copied.
    typealias Part = Slice<UnsafeRawBufferPointer>

    /// The most entries read of one response.
    static let entryCountMax = 8

    /// Calls `body` with each metric's name and its duration in nanoseconds. Skips metrics without a
    /// duration and malformed ones.
    static func read(_ field: UnsafeRawBufferPointer, _ body: (Part, UInt64) -> Void) {
        var rest = field[...]
        for _ in 0..<entryCountMax where !rest.isEmpty {
            var entry = next(of: &rest, until: UInt8(ascii: ","))
            let name = trimmed(next(of: &entry, until: UInt8(ascii: ";")))
            guard !name.isEmpty else { continue }
            while !entry.isEmpty {
                var value = next(of: &entry, until: UInt8(ascii: ";"))
                let parameter = trimmed(next(of: &value, until: UInt8(ascii: "=")))
                guard parameter.elementsEqual("dur".utf8), let nanos = nanos(ofMillis: trimmed(value)) else {
                    continue
                }
                body(name, nanos)
                break
            }
        }
    }

    /// Nanoseconds of a decimal number of milliseconds, such as `0.21`; nil for anything else.
    static func nanos(ofMillis text: Part) -> UInt64? {
        var nanos: UInt64 = 0
        var fractionDigits: Int?
        var digitCount = 0
        for byte in text {
            if byte == UInt8(ascii: "."), fractionDigits == nil {
                fractionDigits = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9"), digitCount < 12 else { return nil }
            // Digits below a nanosecond are ignored.
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

    /// Removes the part before the next `separator`, or everything, from the front of `rest`.
    private static func next(of rest: inout Part, until separator: UInt8) -> Part {
        let end = rest.firstIndex(of: separator) ?? rest.endIndex
        let part = rest[..<end]
        rest = end == rest.endIndex ? rest[end...] : rest[(end + 1)...]
        return part
    }

    private static func trimmed(_ text: Part) -> Part {
        var text = text
        while let first = text.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}

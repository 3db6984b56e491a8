/// Fixed-width lower-case hexadecimal.
package enum Hex {
    /// Sixteen digits.
    package static func text(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            write(value, digitCount: 16, to: buffer)
            return 16
        }
    }

    /// Two digits for each byte.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { $0 += String($1 >> 4, radix: 16) + String($1 & 15, radix: 16) }
    }

    /// Writes the lowest `digitCount` digits to the beginning of `buffer`, which has room for them.
    @inlinable
    package static func write(_ value: UInt64, digitCount: Int, to buffer: UnsafeMutableBufferPointer<UInt8>)
    {
        for index in 0..<digitCount {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digitCount - 1 - index))) & 0xF
            buffer[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }

    /// The value of lower-case hexadecimal digits; nil for anything else.
    package static func value(_ text: some Collection<UInt8>) -> UInt64? {
        Array(text).withUnsafeBytes { value($0, in: 0..<$0.count) }
    }

    /// The same for a range of bytes. Every request comes through here, and code that takes any sequence is not
    /// specialised across targets: it took 8 µs for a `traceparent`, where this takes 0.1.
    package static func value(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for index in range {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                value = value << 4 | UInt64(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }
}

extension UInt8 {
    /// The value of this ASCII byte as a hexadecimal digit; nil if it is not one.
    @inlinable
    package var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

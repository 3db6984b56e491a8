/// Fixed-width lower-case hexadecimal.
package enum Hex {
    /// Sixteen digits.
    package static func text(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            write(value, to: UnsafeMutableRawBufferPointer(buffer), at: 0)
            return 16
        }
    }

    /// Two digits for each byte.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { $0 += String($1 >> 4, radix: 16) + String($1 & 15, radix: 16) }
    }

    /// Writes sixteen digits to the bytes from `offset`, which are there.
    package static func write(_ value: UInt64, to bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
        let (high, low) = (UInt32(value >> 32), UInt32(truncatingIfNeeded: value))
        bytes.storeBytes(of: digits(high).bigEndian, toByteOffset: offset, as: UInt64.self)
        bytes.storeBytes(of: digits(low).bigEndian, toByteOffset: offset + 8, as: UInt64.self)
    }

    /// The value of lower-case hexadecimal digits; nil for anything else.
    package static func value(_ text: some Collection<UInt8>) -> UInt64? {
        Array(text).withUnsafeBytes { value($0, in: 0..<$0.count) }
    }

    /// The same for a range of bytes. Every request comes through here, and code that takes any sequence is not
    /// specialised across targets: it took 8 µs for a `traceparent`.
    package static func value(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        var start = range.lowerBound
        while range.upperBound - start >= 8 {
            let text = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            guard let eight = Self.value(ofDigits: text) else { return nil }
            value = value << 32 | UInt64(eight)
            start += 8
        }
        for index in start..<range.upperBound {
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

    // MARK: Eight digits at once, each a byte of a number, the first of them the highest

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    private static func digits(_ value: UInt32) -> UInt64 {
        var nibbles = UInt64(value)
        nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles << 4) & (ones * 0xF)
        // A nibble from 10 on reaches 16 by 6 more.
        let letters = (nibbles + ones * 6) >> 4 & ones
        return nibbles + ones * UInt64(UInt8(ascii: "0"))
            + letters * UInt64(UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
    }

    private static func value(ofDigits text: UInt64) -> UInt32? {
        // Letters have bit 6, and their lowest four bits begin with 1.
        let letters = text >> 6 & ones
        var nibbles = ((text & (ones * 0xF)) + letters * 9) & (ones * 0xF)
        nibbles = (nibbles | nibbles >> 4) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles >> 8) & 0x0000_FFFF_0000_FFFF
        let value = UInt32(truncatingIfNeeded: nibbles | nibbles >> 16)
        return digits(value) == text ? value : nil
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

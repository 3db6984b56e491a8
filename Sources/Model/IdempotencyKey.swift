internal import Synchronization

/// The client's name for one purchase: the same key sells at most one unit, however often it is sent.
///
/// 1 … 255 visible ASCII characters (0x21 … 0x7E), as the HTTP field `Idempotency-Key` carries them.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
    /// The largest length, in bytes.
    public static let byteCountMax = 255

    /// The key without the quotes it may have travelled in.
    public let text: String

    /// Reads a field value, bare (`abc`) or as a quoted string of RFC 9651 (`"abc"`): both are one key.
    ///
    /// - Returns: nil when the key is empty, too long, badly quoted or holds anything but visible ASCII.
    public init?(parsing field: String) {
        var text = field
        if field.utf8.first == UInt8(ascii: "\"") {
            guard let inner = Self.unquoted(Array(field.utf8)) else { return nil }
            text = String(decoding: inner, as: UTF8.self)
        }
        guard (1...Self.byteCountMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 >= 0x21 && $0 <= 0x7E })
        else { return nil }
        self.text = text
    }

    /// A new key of 128 bits in hexadecimal: 32 random bits of this process, a count, 64 random bits.
    ///
    /// Keys that are made one after the other stand side by side in an index, as those of UUID version 7
    /// (RFC 9562, 5.7) do: a batch of sales changes a few of the index' pages, and not one for each sale.
    public static func random() -> IdempotencyKey {
        var random = SystemRandomNumberGenerator()
        let count = madeCount.wrappingAdd(1, ordering: .relaxed).newValue
        let first = UInt64(processBits) << 32 | UInt64(count)
        return IdempotencyKey(trusted: Hex.text(first) + Hex.text(random.next()))
    }

    private static let processBits = UInt32.random(in: .min ... .max)
    private static let madeCount = Atomic<UInt32>(0)

    /// A key that was checked before, such as one read back from a database that only holds valid ones.
    public init(trusted text: String) { self.text = text }

    /// The key itself.
    public var description: String { text }

    /// The field value that reads back as this key: quoted only where the bare form would not.
    public var field: String {
        guard text.utf8.first == UInt8(ascii: "\"") else { return text }
        var quoted = "\""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }

    private static func unquoted(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 2, bytes.last == UInt8(ascii: "\"") else { return nil }
        var inner: [UInt8] = []
        var escaped = false
        for byte in bytes[1..<(bytes.count - 1)] {
            if escaped {
                guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { return nil }
                inner.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                return nil
            } else {
                inner.append(byte)
            }
        }
        return escaped ? nil : inner
    }
}

/// Fixed-width lower-case hexadecimal.
public enum Hex {
    /// Sixteen digits.
    public static func text(_ value: UInt64) -> String {
        String(unsafeUninitializedCapacity: 16) { buffer in
            write(value, digitCount: 16, to: buffer)
            return 16
        }
    }

    /// Two digits for each byte.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { $0 += String($1 >> 4, radix: 16) + String($1 & 15, radix: 16) }
    }

    /// Writes the lowest `digitCount` digits to the beginning of `buffer`, which has room for them.
    @inlinable
    public static func write(_ value: UInt64, digitCount: Int, to buffer: UnsafeMutableBufferPointer<UInt8>) {
        for index in 0..<digitCount {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(4 * (digitCount - 1 - index))) & 0xF
            buffer[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
    }

    /// The value of lower-case hexadecimal digits; nil for anything else.
    @inlinable
    public static func value(_ text: some Sequence<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for byte in text {
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

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
    public init?(parsing field: some StringProtocol) {
        var bytes = Array(field.utf8)
        if bytes.first == UInt8(ascii: "\"") {
            guard let inner = Self.unquoted(bytes) else { return nil }
            bytes = inner
        }
        guard (1...Self.byteCountMax).contains(bytes.count),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// A new key of 128 random bits in hexadecimal.
    public static func random() -> IdempotencyKey {
        var random = SystemRandomNumberGenerator()
        return IdempotencyKey(trusted: Hex.text(random.next()) + Hex.text(random.next()))
    }

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
            for index in 0..<16 {
                let digit = UInt8((value >> UInt64(60 - 4 * index)) & 0xF)
                buffer[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            }
            return 16
        }
    }

    /// The value of lower-case hexadecimal digits; nil for anything else.
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

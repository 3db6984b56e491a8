internal import Synchronization

/// The client's name for one purchase: the same key sells at most one unit, however often it is sent.
///
/// 1 … 255 visible ASCII characters (0x21 … 0x7E), as the HTTP field `Idempotency-Key` carries them.
package struct IdempotencyKey: Hashable, Sendable, Decodable, CustomStringConvertible {
    /// The largest length, in bytes.
    package static let byteCountMax = 255

    /// The key without the quotes it may have travelled in.
    package let text: String

    /// Reads a field value, bare (`abc`) or as a quoted string of RFC 9651 (`"abc"`): both are one key.
    ///
    /// - Returns: nil when the key is empty, too long, badly quoted or holds anything but visible ASCII.
    package init?(parsing field: String) {
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
    /// Keys that are made one after the other are neighbours in an index, as those of UUID version 7
    /// (RFC 9562, 5.7) do: a batch of sales changes a few of the index' pages, and not one for each sale.
    package static func random() -> IdempotencyKey {
        var random = SystemRandomNumberGenerator()
        let count = madeCount.wrappingAdd(1, ordering: .relaxed).newValue
        let first = UInt64(processBits) << 32 | UInt64(count)
        return IdempotencyKey(trusted: Hex.text(first) + Hex.text(random.next()))
    }

    private static let processBits = UInt32.random(in: .min ... .max)
    private static let madeCount = Atomic<UInt32>(0)

    /// A key that was checked before, such as one read back from a database that only holds valid ones.
    package init(trusted text: String) { self.text = text }

    /// The key as lists have it, which is never quoted a second time.
    package init(from decoder: any Decoder) throws {
        self.init(trusted: try decoder.singleValueContainer().decode(String.self))
    }

    /// The key itself.
    package var description: String { text }

    /// The field value that reads back as this key: quoted only where the bare form would not.
    package var field: String {
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

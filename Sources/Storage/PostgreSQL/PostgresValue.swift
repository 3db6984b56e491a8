/// A parameter of a statement, as it travels: in binary, of the type that the statement casts it to.
package enum PostgresValue: Sendable {
    /// `bigint`.
    case int(Int64?)
    /// `text`.
    case text(String?)
    /// `bytea`.
    case bytes([UInt8])
    /// `bigint[]`.
    case ints([Int64?])
    /// `text[]`.
    case texts([String?])

    private static let bigint: Int32 = 20
    private static let textType: Int32 = 25

    /// Appends the value's bytes; false, and nothing is appended, for NULL.
    func write(to bytes: inout [UInt8]) -> Bool {
        switch self {
        case .int(nil), .text(nil): return false
        case .int(let value?): Self.append(value, to: &bytes)
        case .text(let text?): bytes.append(contentsOf: text.utf8)
        case .bytes(let value): bytes.append(contentsOf: value)
        case .ints(let values):
            Self.appendHead(Self.bigint, count: values.count, hasNull: values.contains(nil), to: &bytes)
            for value in values {
                guard let value else {
                    Self.append(Int32(-1), to: &bytes)
                    continue
                }
                Self.append(Int32(8), to: &bytes)
                Self.append(value, to: &bytes)
            }
        case .texts(let values):
            Self.appendHead(Self.textType, count: values.count, hasNull: values.contains(nil), to: &bytes)
            for value in values {
                guard let value else {
                    Self.append(Int32(-1), to: &bytes)
                    continue
                }
                Self.append(Int32(value.utf8.count), to: &bytes)
                bytes.append(contentsOf: value.utf8)
            }
        }
        return true
    }

    /// The head of an array of one dimension, counted from 1.
    private static func appendHead(_ type: Int32, count: Int, hasNull: Bool, to bytes: inout [UInt8]) {
        append(Int32(count == 0 ? 0 : 1), to: &bytes)
        append(Int32(hasNull ? 1 : 0), to: &bytes)
        append(type, to: &bytes)
        guard count > 0 else { return }
        append(Int32(count), to: &bytes)
        append(Int32(1), to: &bytes)
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}

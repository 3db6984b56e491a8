internal import Model
package import NIOCore

/// The identity of one request through all tiers: the `traceparent` of W3C Trace Context.
package struct TraceContext: Equatable, Sendable {
    private let traceHigh: UInt64
    private let traceLow: UInt64
    private let span: UInt64
    private let flags: UInt64

    /// Reads a `traceparent` of version 00 (or a later one that begins like it).
    ///
    /// - Returns: nil when it is malformed or all zeros, which the standard says to ignore.
    package init?(parsing field: String) {
        var field = field
        let parsed = field.withUTF8 { TraceContext(parsing: UnsafeRawBufferPointer($0)) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// The same from the bytes of a field.
    package init?(parsing bytes: UnsafeRawBufferPointer) {
        let dash = UInt8(ascii: "-")
        guard bytes.count >= 55, bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = Hex.value(bytes, in: 0..<2), version != 0xFF,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let traceHigh = Hex.value(bytes, in: 3..<19), let traceLow = Hex.value(bytes, in: 19..<35),
            let span = Hex.value(bytes, in: 36..<52), let flags = Hex.value(bytes, in: 53..<55),
            traceHigh | traceLow != 0, span != 0
        else { return nil }
        self.init(traceHigh: traceHigh, traceLow: traceLow, span: span, flags: flags)
    }

    /// A new trace, with numbers of the system.
    package init() {
        var random = FastRandom()
        self.init(using: &random)
    }

    /// A new trace.
    package init(using random: inout FastRandom) {
        self.init(traceHigh: random.next() | 1, traceLow: random.next(), span: random.next() | 1, flags: 1)
    }

    private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, flags: UInt64) {
        self.traceHigh = traceHigh
        self.traceLow = traceLow
        self.span = span
        self.flags = flags
    }

    /// The same trace with a new span, to be sent to a tier behind.
    package func child(using random: inout FastRandom) -> TraceContext {
        TraceContext(traceHigh: traceHigh, traceLow: traceLow, span: random.next() | 1, flags: flags)
    }

    /// The trace's id: 32 hexadecimal digits, the same in every tier.
    package var traceID: String { Hex.text(traceHigh) + Hex.text(traceLow) }

    /// Characters of the `traceparent` field.
    private static let fieldLength = 55

    /// The value of the `traceparent` field.
    package var field: String {
        String(unsafeUninitializedCapacity: Self.fieldLength) { buffer in
            fill(UnsafeMutableRawBufferPointer(buffer))
            return Self.fieldLength
        }
    }

    /// Appends the value of the `traceparent` field.
    package func write(to buffer: inout ByteBuffer) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.fieldLength) { bytes in
            fill(bytes)
            return Self.fieldLength
        }
    }

    /// 00-TRACE-SPAN-FLAGS: the version, 32, 16 and 2 digits.
    private func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        let dash = UInt8(ascii: "-")
        bytes[0] = UInt8(ascii: "0")
        bytes[1] = UInt8(ascii: "0")
        bytes[2] = dash
        Hex.write(traceHigh, to: bytes, at: 3)
        Hex.write(traceLow, to: bytes, at: 19)
        bytes[35] = dash
        Hex.write(span, to: bytes, at: 36)
        bytes[52] = dash
        bytes[53] = UInt8(ascii: "0")
        bytes[54] = UInt8(ascii: "0") + UInt8(flags & 1)
    }
}

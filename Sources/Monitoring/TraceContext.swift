internal import Model

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

    /// The value of the `traceparent` field, 55 characters.
    package var field: String {
        String(unsafeUninitializedCapacity: 55) { buffer in
            // 00-TRACE-SPAN-FLAGS: the version, 32, 16 and 2 digits.
            func put(_ value: UInt64, digitCount: Int, at start: Int) {
                Hex.write(
                    value, digitCount: digitCount, to: UnsafeMutableBufferPointer(rebasing: buffer[start...]))
            }
            put(0, digitCount: 2, at: 0)
            buffer[2] = UInt8(ascii: "-")
            put(traceHigh, digitCount: 16, at: 3)
            put(traceLow, digitCount: 16, at: 19)
            buffer[35] = UInt8(ascii: "-")
            put(span, digitCount: 16, at: 36)
            buffer[52] = UInt8(ascii: "-")
            put(flags & 1, digitCount: 2, at: 53)
            return 55
        }
    }
}

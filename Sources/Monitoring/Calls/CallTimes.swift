package import NIOCore
internal import Synchronization

/// How long the tiers behind took over one request: what its answer says by `Server-Timing` (W3C).
///
/// A call notes itself here when it ends, however it ends, so that the answer to a failed request shows
/// its times as well.
package final class CallTimes: Sendable {
    private enum Entry {
        case call(name: String, elapsed: TimeAmount)
        case passedOn(String)
    }

    /// The most bytes passed on of another tier's own times.
    private static let passedOnBytesMax = 1_024

    private let entries = Mutex<[Entry]>([])

    /// Times of a request that has made no calls yet.
    package init() {}

    /// Adds a call to a tier behind under a name such as `catalog-query`.
    package func note(_ name: String, _ elapsed: TimeAmount) {
        entries.withLock { $0.append(.call(name: name, elapsed: elapsed)) }
    }

    /// Adds what the answer of a tier behind says of the tiers behind it. Its own total is left out: the call
    /// to it has been noted, with the way there and back.
    ///
    /// - Parameter fields: the values of its `Server-Timing` fields.
    package func passOn(_ fields: [String]) {
        for field in fields where field.utf8.count <= Self.passedOnBytesMax {
            guard !field.isEmpty else { continue }
            guard Self.mentionsTotal(field) else {
                entries.withLock { $0.append(.passedOn(field)) }
                continue
            }
            let metrics = field.split(separator: ",").map { $0.drop { $0 == " " } }
            let others = metrics.filter { $0.prefix { $0 != ";" } != "total" }
            guard !others.isEmpty else { continue }
            entries.withLock { $0.append(.passedOn(others.joined(separator: ", "))) }
        }
    }

    /// Whether a field may have a total in it; what our own tiers say inside a batch never has.
    private static func mentionsTotal(_ field: String) -> Bool {
        var rest = field.utf8[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "t")) {
            if rest[start...].starts(with: totalName) { return true }
            rest = rest[rest.index(after: start)...]
        }
        return false
    }

    private static let totalName = Array("total".utf8)

    /// Whether no call to another tier has been noted.
    package var isEmpty: Bool { entries.withLock { $0.isEmpty } }

    /// Appends the header field: an entry for each call, in the order of their ends, and `total`, from the
    /// request's arrival to its answer.
    package func write(to buffer: inout ByteBuffer, total: TimeAmount) {
        buffer.writeStaticString("\r\nserver-timing: ")
        writeCalls(to: &buffer)
        if !isEmpty { buffer.writeStaticString(", ") }
        buffer.writeTiming("total", total)
    }

    /// Appends an entry for each call, with commas between.
    package func writeCalls(to buffer: inout ByteBuffer) {
        entries.withLock { entries in
            for (index, entry) in entries.enumerated() {
                if index > 0 { buffer.writeStaticString(", ") }
                switch entry {
                case .call(let name, let elapsed): buffer.writeTiming(name, elapsed)
                case .passedOn(let text): buffer.writeString(text)
                }
            }
        }
    }
}

extension ByteBuffer {
    /// Appends `name;dur=1.320`: milliseconds, to the microsecond.
    fileprivate mutating func writeTiming(_ name: String, _ elapsed: TimeAmount) {
        let micros = (max(0, elapsed.nanoseconds) + 500) / 1_000
        let fraction = micros % 1_000
        writeString(name)
        writeStaticString(";dur=")
        writeString(String(micros / 1_000))
        writeStaticString(fraction < 10 ? ".00" : fraction < 100 ? ".0" : ".")
        writeString(String(fraction))
    }
}

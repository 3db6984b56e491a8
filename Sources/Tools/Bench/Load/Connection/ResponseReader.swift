internal import NIOCore

/// Puts an HTTP/1 answer together from bytes as they come: the few things a load generator needs of it, and
/// nothing copied. A full codec makes text of every header field, which cost the generator as much as all the
/// rest of its work and took that from the store beside it.
struct ResponseReader {
    /// An answer, as far as it matters here.
    struct Answer {
        let status: Int
        /// The value of `Server-Timing`, as it came.
        let serverTiming: ByteBuffer?
        /// The value of `Server`, as it came.
        let server: ByteBuffer?
        let body: ByteBuffer
        /// Whether the connection can carry another request.
        let isLast: Bool
    }

    /// What came is no answer.
    struct FormatFault: Error, Equatable {
        let reason: String
    }

    enum Framing: Equatable {
        case length(Int)
        case chunked
        case untilClosed
    }

    struct Head {
        var status = 0
        var framing = Framing.untilClosed
        var isKeptAlive = false
        var serverTiming: ByteBuffer?
        var server: ByteBuffer?
    }

    static let headBytesMax = 64 * 1024
    /// A search of a million books takes about 100 MB.
    static let bodyBytesMax = 256 * 1024 * 1024

    private var bytes = ByteBuffer()
    private var head: Head?
    private var chunks = ByteBuffer()

    /// Takes the next bytes.
    ///
    /// - Returns: the answer, once it is whole.
    mutating func receive(_ new: ByteBuffer) throws(FormatFault) -> Answer? {
        if bytes.readableBytes == 0 {
            bytes = new
        } else {
            bytes.writeImmutableBuffer(new)
        }
        while head == nil {
            guard let parsed = try HeadParser.parse(&bytes) else { return nil }
            // An interim answer announces nothing that matters here.
            if !(100...199).contains(parsed.status) { head = parsed }
        }
        guard let head else { return nil }
        switch head.framing {
        case .length(let length): return bytes.readSlice(length: length).map { finish(head, body: $0) }
        case .chunked: return try readChunks() ? finish(head, body: chunks) : nil
        case .untilClosed:
            guard bytes.readableBytes <= Self.bodyBytesMax else {
                throw FormatFault(reason: "an endless body")
            }
            return nil
        }
    }

    /// The connection has ended: the answer whose end that is, if there is one.
    mutating func end() -> Answer? {
        guard let head, head.framing == .untilClosed else { return nil }
        return finish(head, body: bytes.readSlice(length: bytes.readableBytes) ?? ByteBuffer())
    }

    private mutating func finish(_ head: Head, body: ByteBuffer) -> Answer {
        // What follows an answer before the next request was sent is nothing that was asked for.
        let isLast = !head.isKeptAlive || bytes.readableBytes > 0
        self = ResponseReader()
        return Answer(
            status: head.status, serverTiming: head.serverTiming, server: head.server, body: body,
            isLast: isLast)
    }

    /// Moves whole chunks to where they are joined; true after the last one and its trailer.
    private mutating func readChunks() throws(FormatFault) -> Bool {
        while let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let start = bytes.readerIndex
            let line = bytes.readableBytesView[start..<end]
            let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\r") }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0,
                size <= Self.bodyBytesMax - chunks.readableBytes
            else { throw FormatFault(reason: "a chunk without a size") }
            let head = end - start + 1
            if size == 0 { return skipTrailer(after: head) }
            guard bytes.readableBytes >= head + size + 2 else { return false }
            bytes.moveReaderIndex(forwardBy: head)
            if var chunk = bytes.readSlice(length: size) { chunks.writeBuffer(&chunk) }
            guard bytes.readBytes(length: 2) == [0x0D, 0x0A] else {
                throw FormatFault(reason: "a chunk that is longer than it says")
            }
        }
        return false
    }

    /// Whether the blank line that ends the fields after the last chunk is there; takes everything up to it.
    private mutating func skipTrailer(after head: Int) -> Bool {
        var rest = bytes
        rest.moveReaderIndex(forwardBy: head)
        while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
            let length = end - rest.readerIndex + 1
            let isBlank = rest.readableBytesView.prefix(length).allSatisfy { $0 == 0x0D || $0 == 0x0A }
            rest.moveReaderIndex(forwardBy: length)
            if isBlank {
                bytes = rest
                return true
            }
        }
        return false
    }
}

package import NIOCore

/// Sits in front of the parser and reports the start of a request, so that a head that drips in is seen before
/// it is complete; keeps from the parser what comes after the last request; and refuses what the parser takes
/// though it is no HTTP (see ``RequestFraming``). What is plain enough goes past the parser (``PlainRequest``).
package final class RequestFeed: ChannelInboundHandler {
    /// Bytes as they come.
    package typealias InboundIn = ByteBuffer
    /// The same, in pieces of at most one request.
    package typealias InboundOut = ByteBuffer

    private let reader: any RequestReader
    private let plainReader: (any PlainRequestReader)?
    private var framing = RequestFraming()

    /// A feed of the parser in front of `reader`.
    package init(reader: any RequestReader) {
        self.reader = reader
        plainReader = nil
    }

    /// A feed of a reader that takes plain requests itself.
    init(plain reader: any PlainRequestReader) {
        self.reader = reader
        plainReader = reader
    }

    /// Hands on what came, piece by piece.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard reader.takesBytes else { return }
        var bytes = unwrapInboundIn(data)
        while bytes.readableBytes > 0 {
            if takePlain(of: &bytes) {
                guard reader.takesBytes else { return }
                continue
            }
            switch bytes.withUnsafeReadableBytes({ framing.next($0) }) {
            case .refuse(let problem): return reader.refuse(problem)
            case .pass(let count):
                // Line breaks before a request count as its beginning, so that they cannot hold a connection open.
                reader.bytesArrive(count)
                guard reader.takesBytes, let piece = bytes.readSlice(length: count) else { return }
                context.fireChannelRead(wrapInboundOut(piece))
            }
            guard reader.takesBytes else { return }
            framing.parsed(reader.openBody)
        }
    }

    /// Takes a plain request from the start of `bytes`, if there is one and the parser waits for none to end.
    private func takePlain(of bytes: inout ByteBuffer) -> Bool {
        guard let plainReader, framing.isAtStart,
            let request = bytes.withUnsafeReadableBytes({ PlainRequest($0, limits: plainReader.limits) })
        else { return false }
        bytes.moveReaderIndex(forwardBy: request.byteCount)
        plainReader.bytesArrive(request.byteCount)
        if plainReader.takesBytes { plainReader.take(request.head) }
        return true
    }
}

public import NIOCore

/// Who reads requests behind a ``RequestFeed`` and the parser.
public protocol RequestReader: AnyObject {
    /// Whether bytes are still to be parsed; what comes after a last request is not.
    var takesBytes: Bool { get }
    /// The body of the request whose head was read and whose end was not; nil between requests.
    var openBody: RequestCheck.Body? { get }

    /// So many bytes of a request have come and are parsed next, unless the reader takes none any more.
    func bytesArrive(_ count: Int)
    /// Answers what cannot be read to its end, and takes no more.
    func refuse(_ problem: Problem)
}

/// Stands before the parser: tells the reader when a request begins, so that a head that drips in is seen before
/// it is complete; keeps from the parser what comes after the last request; and refuses what the parser takes
/// though it is no HTTP (see ``RequestFraming``).
public final class RequestFeed: ChannelInboundHandler {
    /// Bytes as they come.
    public typealias InboundIn = ByteBuffer
    /// The same, in pieces of at most one request.
    public typealias InboundOut = ByteBuffer

    private let reader: any RequestReader
    private var framing = RequestFraming()

    /// A feed of the parser in front of `reader`.
    public init(reader: any RequestReader) { self.reader = reader }

    /// Hands on what came, piece by piece.
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard reader.takesBytes else { return }
        var bytes = unwrapInboundIn(data)
        while bytes.readableBytes > 0 {
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
}

internal import NIOCore
internal import NIOHTTP1

/// One request on a connection of its own. Its answer is its status: what else comes is not read, and the connection is
/// closed. A redirect is a status as any other.
final class OutsideExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let head: HTTPRequestHead
    private let body: ByteBuffer
    private let answer: EventLoopPromise<Int>

    init(_ head: HTTPRequestHead, body: ByteBuffer, answer: EventLoopPromise<Int>) {
        self.head = head
        self.body = body
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { answer.succeed(Int(head.status.code)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(OutsideFault(error))
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(OutsideFault("the connection was closed without an answer"))
        context.fireChannelInactive()
    }
}

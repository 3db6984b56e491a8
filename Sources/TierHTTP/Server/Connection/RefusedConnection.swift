package import NIOCore

/// A connection too many: says so, lets the client read it, and closes.
package final class RefusedConnection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private let answer: ByteBuffer
    private let lingerTimeMax: TimeAmount
    private var end: Scheduled<Void>?

    package init(answer: ByteBuffer, lingerTimeMax: TimeAmount) {
        self.answer = answer
        self.lingerTimeMax = lingerTimeMax
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        end?.cancel()
        end = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(answer)).assumeIsolated().whenSuccess {
            bound.value.close(mode: .output, promise: nil)
        }
        end = context.eventLoop.assumeIsolated().scheduleTask(in: lingerTimeMax) {
            bound.value.close(promise: nil)
        }
        context.fireChannelActive()
    }

    /// What the client asks is read, so that closing does not reset the connection, and dropped.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

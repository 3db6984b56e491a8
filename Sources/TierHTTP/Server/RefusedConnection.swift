internal import Model
internal import Monitoring
internal import NIOCore

/// A connection too many: says so, lets the client read it, and closes.
final class RefusedConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: ServerLoop
    private var end: Scheduled<Void>?

    init(loop: ServerLoop) { self.loop = loop }

    func handlerAdded(context: ChannelHandlerContext) { loop.refusedCount += 1 }

    func handlerRemoved(context: ChannelHandlerContext) {
        loop.refusedCount -= 1
        end?.cancel()
        end = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let problem = Problem(StoreError.overloaded("the server has too many connections; try again"))
        var random = FastRandom()
        let trace = TraceContext(using: &random)
        var bytes = ByteBuffer()
        problem.response(traceID: trace.traceID).write(
            to: &bytes, date: loop.date, times: CallTimes(), total: .zero, isHead: false,
            persistence: .closed)
        loop.logAccess(nil, status: problem.status, trace: trace, took: .zero)
        context.writeAndFlush(wrapOutboundOut(bytes)).assumeIsolated().whenSuccess {
            bound.value.close(mode: .output, promise: nil)
        }
        end = context.eventLoop.assumeIsolated().scheduleTask(in: loop.limits.lingerTimeMax) {
            bound.value.close(promise: nil)
        }
        context.fireChannelActive()
    }

    /// What the client asks is read, so that closing does not reset the connection, and dropped.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

package import NIOCore

extension ChannelHandlerContext {
    /// Bytes that are written and that the system has not taken; nil where that is not known.
    package var waitingBytes: Int? { try? channel.syncOptions?.getOption(.bufferedWritableBytes) }
}

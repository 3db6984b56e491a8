internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import TierHTTP

/// A connection to the shop: the framework's HTTP/1.1, with our own handlers on both sides of its parser.
struct ShopChannel: ServerChildChannel {
    /// A connection and what the framework reads from it; nil for a refused connection.
    struct Visit: ServerChildChannelValue {
        let channel: any Channel
        let http: HTTP1Channel.Value?
    }

    let http: HTTP1Channel
    let visitors: Visitors

    init(responder: @escaping HTTPChannelHandler.Responder, visitors: Visitors) {
        // Time limits are checked here, since the framework only knows idle connections.
        http = HTTP1Channel(
            responder: responder,
            configuration: .init(
                idleTimeout: nil,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: ShopLimits.headByteCountMax,
                    maxHeaderListSize: ShopLimits.headByteCountMax,
                    maxHeaderFieldCount: ShopLimits.fieldCountMax)))
        self.visitors = visitors
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Visit> {
        switch visitors.receive(channel) {
        case .welcome:
            return http.setup(channel: channel, logger: logger).flatMapThrowing { value in
                let pipeline = channel.pipeline.syncOperations
                let connection = ShopConnection(visitors: visitors)
                let parser = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
                try pipeline.addHandler(RequestFeed(reader: connection), position: .before(parser))
                try pipeline.addHandler(connection, position: .after(parser))
                return Visit(channel: channel, http: value)
            }
        case .refused(let problem):
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    RefusedConnection(
                        answer: visitors.refusals.bytes(of: problem),
                        lingerTimeMax: visitors.limits.lingerTimeMax))
                return Visit(channel: channel, http: nil)
            }
        case .dropped:
            channel.close(promise: nil)
            return channel.eventLoop.makeSucceededFuture(Visit(channel: channel, http: nil))
        }
    }

    func handle(value: Visit, logger: Logger) async {
        guard let http = value.http else { return }
        await self.http.handle(value: http, logger: logger)
    }
}

import Model
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A server that sends back what it gets, and remembers it.
final class EchoServer: Sendable {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    let address: ServerAddress
    private let channel: any Channel
    private let record: Record

    init() async throws {
        let record = Record()
        channel = try await ServerBootstrap(group: Self.group)
            .childChannelInitializer { channel in
                channel.pipeline.addHandler(Echo(record: record, sendsBack: true))
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.record = record
        address = ServerAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    var received: String { record.text }

    func shutdown() async throws { try await channel.close() }
}

/// A connection to an echo server.
final class EchoClient: Sendable {
    private let channel: any Channel
    private let record = Record()

    init(_ address: ServerAddress) async throws {
        channel = try await ClientBootstrap(group: EchoServer.group)
            .channelInitializer { [record] channel in
                channel.pipeline.addHandler(Echo(record: record, sendsBack: false))
            }
            .connect(host: address.host, port: address.port).get()
    }

    var received: String { record.text }

    func send(_ text: String) { channel.writeAndFlush(ByteBuffer(string: text), promise: nil) }

    /// Sends a text and waits until the same number of bytes comes back.
    func echo(_ text: String) async throws -> String {
        let before = received.count
        send(text)
        let deadline = ContinuousClock.now + .seconds(10)
        while received.count < before + text.count, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(2))
        }
        return String(received.dropFirst(before))
    }

    func close() async throws { try await channel.close() }

    /// Waits until the other side has closed.
    func closed() async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while channel.isActive {
            try #require(ContinuousClock.now < deadline, "the connection is still open")
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

final class Record: Sendable {
    private let all = Mutex("")
    var text: String { all.withLock { $0 } }
    func append(_ text: String) { all.withLock { $0 += text } }
}

private final class Echo: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let record: Record
    private let sendsBack: Bool

    init(record: Record, sendsBack: Bool) {
        self.record = record
        self.sendsBack = sendsBack
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        record.append(String(buffer: bytes))
        if sendsBack { context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

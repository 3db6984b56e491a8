internal import Foundation
internal import NIOCore

/// Stands in front of a listening channel and stops accepting for a moment when the system has no file for a
/// connection, instead of asking again and again.
///
/// SwiftNIO goes on asking the system until one connection could be accepted, whatever is read from the channel
/// (its own `AcceptBackoffHandler` waits only where an accept before had success). So some files are kept in
/// reserve: one is given up, a last connection takes its place, and the channel waits. It reads again as soon as
/// the reserve can be filled up.
final class AcceptPause: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = any Channel

    /// More than one, since another thread may take the file that was given up.
    private static let reserveCount = 3

    private let paused: @Sendable () -> Void
    private var reserve: [Int32] = []
    private var resumption: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(_ paused: @escaping @Sendable () -> Void) { self.paused = paused }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        _ = fillReserve()
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        if resumption == nil { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is IOError else { return context.fireErrorCaught(error) }
        if let file = reserve.popLast() { Foundation.close(file) }
        guard resumption == nil else { return }
        paused()
        scheduleResumption(on: context.eventLoop)
    }

    private func scheduleResumption(on eventLoop: any EventLoop) {
        resumption = eventLoop.assumeIsolated().scheduleTask(in: OpenFiles.acceptPause) { self.resume() }
    }

    private func resume() {
        guard let context else { return }
        guard fillReserve() else { return scheduleResumption(on: context.eventLoop) }
        resumption = nil
        context.read()
    }

    /// Opens what is missing. Returns whether all could be opened.
    private func fillReserve() -> Bool {
        while reserve.count < Self.reserveCount {
            let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { return false }
            reserve.append(file)
        }
        return true
    }

    private func end() {
        context = nil
        resumption?.cancel()
        resumption = nil
        for file in reserve { Foundation.close(file) }
        reserve = []
    }
}

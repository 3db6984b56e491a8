internal import Monitoring
package import NIOCore

/// A route's answer: at hand, or to come on the request's event loop.
package enum TierReply: Sendable {
    /// Answer with this.
    case ready(TierResponse)
    /// Answer with what the future brings; its event loop is the request's. A failure becomes a problem.
    case pending(EventLoopFuture<TierResponse>)
    /// Answer with what `ended` is told, once and on the request's event loop. The closure begins the work. For
    /// what every purchase and lookup does: a future costs as much as a step of them.
    case calling(@Sendable (_ ended: @escaping Ended) -> Void)

    /// What is told a route's answer.
    package typealias Ended = @Sendable (Result<TierResponse, any Error>) -> Void

    /// What a route's handler answers, as a future in any case.
    ///
    /// - Returns: a failure for what `reply` throws.
    package static func future(
        on eventLoop: any EventLoop, _ reply: () throws -> TierReply
    ) -> EventLoopFuture<TierResponse> {
        switch Result(catching: reply) {
        case .success(.ready(let response)): eventLoop.makeSucceededFuture(response)
        case .success(.pending(let response)): response
        case .success(.calling(let begin)): called(begin, on: eventLoop)
        case .failure(let error): eventLoop.makeFailedFuture(error)
        }
    }

    private static func called(
        _ begin: (@escaping Ended) -> Void, on eventLoop: any EventLoop
    ) -> EventLoopFuture<TierResponse> {
        let promise = eventLoop.makePromise(of: TierResponse.self)
        begin { promise.completeWith($0) }
        return promise.futureResult
    }
}

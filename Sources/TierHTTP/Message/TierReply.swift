internal import Monitoring
package import NIOCore

/// A route's answer: at hand, or to come on the request's event loop.
package enum TierReply: Sendable {
    /// Answer with this.
    case ready(TierResponse)
    /// Answer with what the future brings; its event loop is the request's. A failure becomes a problem.
    case pending(EventLoopFuture<TierResponse>)

    /// What a route's handler answers, as a future in any case.
    ///
    /// - Returns: a failure for what `reply` throws.
    package static func future(
        on eventLoop: any EventLoop, _ reply: () throws -> TierReply
    ) -> EventLoopFuture<TierResponse> {
        switch Result(catching: reply) {
        case .success(.ready(let response)): eventLoop.makeSucceededFuture(response)
        case .success(.pending(let response)): response
        case .failure(let error): eventLoop.makeFailedFuture(error)
        }
    }
}

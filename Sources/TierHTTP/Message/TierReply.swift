internal import Monitoring
package import NIOCore

/// A route's answer: at hand, or to come on the request's event loop.
package enum TierReply: Sendable {
    /// Answer with this.
    case ready(TierResponse)
    /// Answer with what the future brings; its event loop is the request's. A failure becomes a problem.
    case pending(EventLoopFuture<TierResponse>)
}

internal import Model
internal import Monitoring
internal import NIOCore

/// A request that is being worked on, or refused.
struct ServedRequest {
    /// Where its answer goes.
    enum Destination {
        /// To the client, in its place among the connection's answers.
        case connection(ServerConnection, ConnectionState.Ticket, TierResponse.Persistence)
        /// Into the answer of the batch that it came with.
        case batch(BatchAnswers, index: Int)
    }

    let destination: Destination
    let operation: SystemMonitor.Operation
    /// Nil for a request that could not be read so far.
    let line: RequestLine?
    let trace: TraceContext
    let arrived = NIODeadline.now()
    let times = CallTimes()
    /// Whether its answer may be a long one.
    let isLong: Bool
    /// Whether it may change something.
    let isChange: Bool
    /// What the answer to a purchase names: see ``Route``.
    var key: IdempotencyKey?
}

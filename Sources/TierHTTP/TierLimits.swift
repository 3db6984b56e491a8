public import NIOCore

/// What a tier takes from a client. Every value is a bound that a hostile or broken client runs into.
public struct ServerLimits: Sendable {
    /// Bytes of a request's target and header fields; more is answered 431.
    public var headBytesMax = 16 * 1024
    /// Header fields of a request; more is answered 431.
    public var fieldCountMax = 64
    /// Bytes of a request's body; more is answered 413.
    public var bodyBytesMax = 64 * 1024
    /// Open connections in all; further ones get a 503 and are closed. Enough for 10,000 idle clients; fewer where
    /// the process may not have that many files open (``OpenFiles``).
    public var connectionCountMax = 12_000
    /// Requests of one connection that are worked on at once; further ones are not read before some end.
    public var pipelinedCountMax = 512
    /// Requests worked on at once on one event loop; further ones are answered 503 without work.
    public var inFlightPerLoopMax = 8_192
    /// Bytes of one connection's answers that the client has not taken; its further requests wait meanwhile. Several
    /// times what a connection's buffers in the system hold.
    public var unsentBytesPerConnectionMax = 8 * 1024 * 1024
    /// Bytes of all answers that clients have not taken; a long answer beyond them is a 503. Room for a topic with
    /// a million books, or for 50 clients that search one with 50,000 in the same moment.
    public var unsentBytesMax = 256 * 1024 * 1024
    /// Bytes of an answer that counts as short: it is sent whatever is unsent.
    public var shortAnswerBytesMax = 64 * 1024
    /// Bytes that the first answer of a route for long answers is expected to have, on each connection. Later
    /// ones are expected to be like those before them.
    public var longAnswerBytesExpected = 1024 * 1024
    /// How long a client may leave answers in the channel once more than half of ``unsentBytesMax`` is used.
    public var pressedStallTimeMax = TimeAmount.seconds(5)
    /// Bytes of all requests that have arrived in part; beyond them the oldest are answered 408. Room for 1,000 of
    /// the longest.
    public var partialBytesMax = 64 * 1024 * 1024
    /// Bytes of the bodies that are longer than ``bodyBytesMax``, since their route allows it, and arrive at the
    /// same time; a further one is answered 503. Room for the longest import.
    public var longBodyBytesMax = 256 * 1024 * 1024
    /// How long a connection may stay open without a request.
    public var idleTimeMax = TimeAmount.seconds(75)
    /// How long a request may take to arrive, from its first byte to its last, however steadily it drips.
    public var requestReadTimeMax = TimeAmount.seconds(10)
    /// How long a client may leave its answers unread before it is cut off.
    public var writeStallTimeMax = TimeAmount.seconds(30)
    /// How long work goes on for a client that has ended its side of the connection, as one that is gone has
    /// too. Reads and changes of the usual kind end sooner; long searches are given up then.
    public var halfClosedTimeMax = TimeAmount.milliseconds(500)
    /// How long a refused client is listened to, so that it can read the refusal before the reset.
    public var lingerTimeMax = TimeAmount.seconds(2)
    /// How often these times are checked.
    public var sweepInterval = TimeAmount.milliseconds(500)

    /// The limits of production.
    public init() {}

    /// Those of a tier that tiers in front of it call: what thousands of their clients ask comes by a few
    /// connections.
    public static var behindFrontends: ServerLimits {
        var limits = ServerLimits()
        limits.unsentBytesPerConnectionMax = 64 * 1024 * 1024
        return limits
    }
}

/// What a tier spends on the tier behind it.
public struct ClientLimits: Sendable {
    /// How long a connection may take to open.
    public var connectTimeMax = TimeAmount.seconds(1)
    /// Requests that wait for a connection, for each peer and loop; further ones fail at once.
    public var waitingCountMax = 8_192
    /// Requests in flight on one connection to a peer that is known to answer them side by side.
    public var pipelinedCountMax = 1_024
    /// Connections to such a peer, for each loop.
    public var pipeliningConnectionCountMax = 2
    /// Connections to any other peer, for each loop; each carries one request at a time.
    public var plainConnectionCountMax = 8
    /// Connections of a lane other than ``Lane/quick``, for each peer and loop: as many slow calls as the tier
    /// behind is given at once by one loop.
    public var laneConnectionCountMax = 8
    /// Calls that wait in a lane with one request at a time on a connection; further ones fail at once. One
    /// client may have half of them.
    public var laneWaitingCountMax = 256
    /// How old the first unanswered request of a connection for whole topics may be before another connection
    /// is taken: a long answer is on its way, and a short one need not wait for it.
    public var laneStallTimeMax = TimeAmount.milliseconds(20)
    /// Bytes of an answer's body. A topic with a million books takes about 100 MB.
    public var answerBytesMax = 256 * 1024 * 1024
    /// Attempts at one request, the first included.
    public var attemptCountMax = 4
    /// How often deadlines are checked.
    public var tickInterval = TimeAmount.milliseconds(25)

    /// The limits of production.
    public init() {}
}

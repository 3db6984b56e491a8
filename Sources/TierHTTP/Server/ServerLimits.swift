package import NIOCore

/// What a tier takes from a client. Every value is a bound that a hostile or broken client runs into.
package struct ServerLimits: Sendable {
    /// Bytes of a request's target and header fields; more is answered 431.
    package var headBytesMax = 16 * 1024
    /// Header fields of a request; more is answered 431.
    package var fieldCountMax = 64
    /// Bytes of a request's body; more is answered 413.
    package var bodyBytesMax = 64 * 1024
    /// Open connections in all; further ones get a 503 and are closed. Enough for 10,000 idle clients; fewer where
    /// the process may not have that many files open (``OpenFiles``).
    package var connectionCountMax = 12_000
    /// Requests of one connection that are worked on at once; further ones are not read before some end.
    package var pipelinedCountMax = 512
    /// Reads worked on at once on one event loop, and as many changes, however many it answers in ``waitAimed``; further ones
    /// are answered 503 without work.
    package var inFlightPerLoopMax = 32_768
    /// So many are always taken on, however slowly they are answered.
    package var inFlightPerLoopMin = 8_192
    /// How long a request may wait behind others at the rate at which they are answered just now, where more than
    /// ``inFlightPerLoopMin`` are worked on. A refusal costs nearly as much as an answer, so what can be answered while
    /// its client waits is not refused.
    package var waitAimed = TimeAmount.seconds(1)
    /// Bytes of one connection's answers that the client has not taken; its further requests wait meanwhile. Several
    /// times what a connection's buffers in the system hold.
    package var unsentBytesPerConnectionMax = 8 * 1024 * 1024
    /// Bytes of all answers that clients have not taken; a long answer beyond them is a 503. Room for a topic with
    /// a million books, or for 50 clients that search one with 50,000 in the same moment.
    package var unsentBytesMax = 256 * 1024 * 1024
    /// Bytes of an answer that counts as short: it is sent whatever is unsent.
    package var shortAnswerBytesMax = 64 * 1024
    /// Bytes that the first answer of a route for long answers is expected to have, on each connection. Later
    /// ones are expected to be like those before them.
    package var longAnswerBytesExpected = 1024 * 1024
    /// How long a client may leave answers in the channel once more than half of ``unsentBytesMax`` is used.
    package var pressedStallTimeMax = TimeAmount.seconds(5)
    /// Bytes of all requests that have arrived in part; beyond them the oldest are answered 408. Room for 1,000 of
    /// the longest.
    package var partialBytesMax = 64 * 1024 * 1024
    /// Bytes of the bodies that are longer than ``bodyBytesMax``, since their route allows it, and arrive at the
    /// same time; a further one is answered 503. Room for the longest import.
    package var longBodyBytesMax = 256 * 1024 * 1024
    /// How long a connection may stay open without a request.
    package var idleTimeMax = TimeAmount.seconds(75)
    /// How long a request may take to arrive, from its first byte to its last, however steadily it drips.
    package var requestReadTimeMax = TimeAmount.seconds(10)
    /// How long a client may leave its answers unread before it is cut off.
    package var writeStallTimeMax = TimeAmount.seconds(30)
    /// How long work goes on for a client that has ended its side of the connection, as one that is gone has
    /// too. Reads and changes of the usual kind end sooner; long searches are given up then.
    package var halfClosedTimeMax = TimeAmount.milliseconds(500)
    /// How long a refused client is listened to, so that it can read the refusal before the reset.
    package var lingerTimeMax = TimeAmount.seconds(2)
    /// How much later than they are over these times may be noticed.
    package var sweepInterval = TimeAmount.milliseconds(500)

    /// The limits of production.
    package init() {}

    /// What a connection's life takes of them.
    var life: ConnectionLife.Limits {
        ConnectionLife.Limits(
            idleTimeMax: idleTimeMax, requestReadTimeMax: requestReadTimeMax, lingerTimeMax: lingerTimeMax)
    }

    /// Those of a tier that tiers in front of it call: what thousands of their clients ask comes by a few
    /// connections.
    package static var behindFrontends: ServerLimits {
        var limits = ServerLimits()
        limits.unsentBytesPerConnectionMax = 64 * 1024 * 1024
        return limits
    }
}

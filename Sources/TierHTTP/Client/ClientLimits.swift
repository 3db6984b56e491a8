package import NIOCore

/// What a tier spends on the tier behind it.
package struct ClientLimits: Sendable {
    /// How long a connection may take to open.
    package var connectTimeMax = TimeAmount.seconds(1)
    /// Requests that wait for a connection, for each peer and loop; further ones fail immediately.
    package var waitingCountMax = 32_768
    /// Requests in flight on one connection to a peer that is known to answer them side by side.
    package var pipelinedCountMax = 1_024
    /// Connections to such a peer, for each loop.
    package var pipeliningConnectionCountMax = 2
    /// Connections to any other peer, for each loop; each carries one request at a time.
    package var plainConnectionCountMax = 8
    /// Connections of a lane other than ``Lane/quick``, for each peer and loop: as many slow calls as the tier
    /// behind is given at once by one loop.
    package var laneConnectionCountMax = 8
    /// Calls that wait in a lane with one request at a time on a connection; further ones fail immediately. One
    /// client may have half of them.
    package var laneWaitingCountMax = 256
    /// How old the first unanswered request of a connection for whole topics may be before another connection
    /// is taken: a long answer is on its way, and a short one need not wait for it.
    package var laneStallTimeMax = TimeAmount.milliseconds(20)
    /// Bytes of an answer's body. A topic with a million books takes about 100 MB.
    package var answerBytesMax = 256 * 1024 * 1024
    /// Attempts at one request, the first included.
    package var attemptCountMax = 4
    /// Of several servers: how long nothing may come from one that was asked what is answered immediately. Longer
    /// than what a healthy server needs under load (a commit takes some milliseconds), short enough for a buyer not
    /// to mind.
    package var silenceTimeMax = TimeAmount.milliseconds(200)
    /// How often deadlines are checked.
    package var tickInterval = TimeAmount.milliseconds(25)

    /// The limits of production.
    ///
    /// - Parameter tiersBehind: how many tiers are behind the one that is called, one behind the other: each needs
    ///   time to notice that a server behind it is silent, and is silent itself until then.
    package init(tiersBehind: Int64 = 0) {
        silenceTimeMax = silenceTimeMax + .milliseconds(100 * tiersBehind)
    }
}

internal import Foundation
package import NIOCore

/// How many files this process may have open. A connection is one of them, and so are databases and logs.
package enum OpenFiles {
    /// Files beside connections of clients, at most: databases with their logs and readers, event loops, and the
    /// connections to tiers behind. An idle catalog has 24.
    private static let reservedCount = 128
    /// How long no connection is accepted after the system had no file for one. They wait in the backlog
    /// meanwhile, and the process does not spin in asking again.
    package static let acceptPause = TimeAmount.milliseconds(250)

    /// Takes as many as the system lets this process have. Programs that start it often set far fewer, 256 or
    /// 1,024, and the hard limit much higher.
    package static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        // Fails nowhere for what is within the hard limit; if it did, the lower one would hold.
        setrlimit(resource, &limit)
    }

    /// The connections of clients that leave room for everything else: the limit less what is reserved, or half of
    /// a low limit.
    package static var connectionCountMax: Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return .max }
        let count = Int(clamping: limit.rlim_cur)
        return max(count - reservedCount, count / 2)
    }

    /// Makes a listening channel wait for ``acceptPause`` when a connection cannot be accepted, and not end.
    ///
    /// - Parameter paused: called each time, on the channel's loop.
    package static func pauseAccepting(
        on listener: any Channel, _ paused: @escaping @Sendable () -> Void = {}
    ) -> EventLoopFuture<Void> {
        listener.eventLoop.submit {
            try listener.pipeline.syncOperations.addHandler(AcceptPause(paused), position: .first)
        }
    }

    // Glibc declares the constant as an enumeration and the parameter as an integer.
    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}

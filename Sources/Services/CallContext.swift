package import Monitoring
package import NIOCore

/// What travels with a request through the tiers.
package struct CallContext: Sendable {
    /// The event loop that the request stays on.
    package let slot: LoopSlot
    package let trace: TraceContext
    /// When its answer must be there.
    package let deadline: NIODeadline
    /// Where the calls made for it note their times.
    package let times: CallTimes

    package init(
        slot: LoopSlot, trace: TraceContext, deadline: NIODeadline, times: CallTimes = CallTimes()
    ) {
        self.slot = slot
        self.trace = trace
        self.deadline = deadline
        self.times = times
    }
}

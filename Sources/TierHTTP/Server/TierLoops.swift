package import Monitoring
package import NIOCore
internal import NIOPosix

/// The event loops of a process.
package final class TierLoops: Sendable {
    /// The group, for bootstraps.
    package let group: any EventLoopGroup
    /// The loops with their numbers.
    package let slots: [LoopSlot]

    /// One for every two cores. The tiers usually share a machine, and what is asked in one tick of a loop
    /// travels and is committed together: on two cores, two loops a tier cost a quarter more for each sale.
    package static let defaultCount = max(1, System.coreCount / 2)

    /// Starts `count` loops.
    package init(count: Int = defaultCount) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, count))
        self.group = group
        slots = group.makeIterator().enumerated().map { LoopSlot(eventLoop: $1, index: $0) }
    }

    /// The slot of one of the group's own loops.
    func slot(of eventLoop: any EventLoop) -> LoopSlot {
        guard let slot = slots.first(where: { $0.eventLoop === eventLoop }) else {
            preconditionFailure("the event loop is not one of this process' tier loops")
        }
        return slot
    }

    /// Ends the loops; nothing may use them afterwards.
    package func shutdown() async {
        // Fails only when it is called twice, which changes nothing.
        try? await group.shutdownGracefully()
    }
}

package import NIOCore

/// One event loop of a process and its number, by which per-loop state is found without a lock.
package struct LoopSlot: Sendable {
    /// The loop; a request, the calls that it makes and its answer all stay on it.
    package let eventLoop: any EventLoop
    /// The loop's number, from 0.
    package let index: Int

    package init(eventLoop: any EventLoop, index: Int) {
        self.eventLoop = eventLoop
        self.index = index
    }
}

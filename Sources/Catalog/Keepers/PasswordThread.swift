internal import Dispatch
internal import Model
internal import Monitoring
internal import NIOCore
internal import Synchronization

/// Hashes passwords on a thread of its own: each takes a tenth of a second and 32 MB on purpose, so one at a time is
/// enough, and neither an event loop nor the commits wait for it.
final class PasswordThread: Sendable {
    /// Hashes that are waited for, at most: fewer than a frontend has connections for (``TierHTTP/Lane/passwords``), so
    /// that whoever comes when it is full is told so at once.
    static let waitingCountMax = 6

    private let queue = DispatchQueue(label: "catalog-passwords")
    private let waitingCount = Atomic<Int>(0)

    /// Does some hashing when its turn comes.
    ///
    /// - Parameter client: for whom; what has not begun when they leave is not done.
    /// - Returns: fails with ``Model/StoreError/overloaded(_:tier:)`` where too many wait.
    func run<Value: Sendable>(
        on eventLoop: any EventLoop, for client: ClientPresence?,
        _ work: @escaping @Sendable () throws -> Value
    ) -> EventLoopFuture<Value> {
        guard waitingCount.add(1, ordering: .relaxed).newValue <= Self.waitingCountMax else {
            waitingCount.subtract(1, ordering: .relaxed)
            return eventLoop.makeFailedFuture(StoreError.overloaded(.signInsWaiting))
        }
        let promise = eventLoop.makePromise(of: Value.self)
        queue.async { [self] in
            promise.completeWith(
                Result {
                    guard client?.hasLeft != true else { throw StoreError.clientLeft }
                    return try work()
                })
            waitingCount.subtract(1, ordering: .relaxed)
        }
        return promise.futureResult
    }
}

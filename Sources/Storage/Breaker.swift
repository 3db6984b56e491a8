internal import Model
internal import Synchronization

/// Stops a tier from writing once a write has failed in an unknown way.
///
/// A commit that fails may be on the disk or not (an fsync error says nothing), and only opening the
/// database again can tell. So nothing more is written, and the process is told to end: the next start
/// finds out what is there, and every purchase in doubt is settled by its key.
public final class Breaker: Sendable {
    private let tier: String
    private let broken: @Sendable (any Error) -> Void
    private let isBroken = Atomic<Bool>(false)

    /// - Parameter broken: called once, with the error that broke the tier.
    public init(tier: String, broken: @escaping @Sendable (any Error) -> Void) {
        self.tier = tier
        self.broken = broken
    }

    /// Whether the tier has stopped writing.
    public var hasTripped: Bool { isBroken.load(ordering: .acquiring) }

    /// Runs a commit.
    ///
    /// - Throws: ``Model/StoreError`` as thrown by the body, or when the breaker has tripped before; any
    ///   other error of the body, which trips it.
    public func run<Value>(_ body: () throws -> Value) throws -> Value {
        guard !hasTripped else {
            throw StoreError.unavailable(
                tier: tier, reason: "has stopped writing after a fault of its disk", outcomeUnknown: false)
        }
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch {
            if !isBroken.exchange(true, ordering: .acquiringAndReleasing) { broken(error) }
            throw error
        }
    }
}

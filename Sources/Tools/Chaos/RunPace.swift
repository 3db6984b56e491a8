internal import Processes
internal import Synchronization

/// Keeps the purchases and faults of one round in step, and ends the round.
///
/// Each waits while it is ahead of the other, so that all purchases are made under faults and both goals are
/// reached together. The round is over when both are reached, the time is up, or the run is stopped.
final class RunPace: Sendable {
    /// The largest lead, as a share of the goal.
    private static let leadMax = 0.02

    private struct State {
        var purchases = 0
        var faults = 0
    }

    private let purchaseGoal: Int
    private let faultGoal: Int
    private let deadline: ContinuousClock.Instant
    private let stop: StopFlag
    private let state = Mutex(State())

    init(purchases: Int, faults: Int, deadline: ContinuousClock.Instant, stop: StopFlag) {
        purchaseGoal = max(1, purchases)
        faultGoal = max(1, faults)
        self.deadline = deadline
        self.stop = stop
    }

    var isOver: Bool {
        if stop.isSet || ContinuousClock.now >= deadline { return true }
        return state.withLock { $0.purchases >= purchaseGoal && $0.faults >= faultGoal }
    }

    /// Whether clients must wait for more faults.
    var isBuyingAhead: Bool {
        let (purchases, faults) = shares
        return purchases > faults + Self.leadMax
    }

    /// Whether faults must wait for more purchases.
    var isFailingAhead: Bool {
        let (purchases, faults) = shares
        return faults > purchases + Self.leadMax
    }

    func purchased() { state.withLock { $0.purchases += 1 } }

    func failed() { state.withLock { $0.faults += 1 } }

    private var shares: (purchases: Double, faults: Double) {
        let now = state.withLock { $0 }
        return (Double(now.purchases) / Double(purchaseGoal), Double(now.faults) / Double(faultGoal))
    }
}

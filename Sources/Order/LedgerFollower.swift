internal import Logging
internal import Model
internal import Monitoring
internal import NIOCore
internal import Services

/// Completes the order store from the catalog's ledger: at the start, after every fault, without being
/// asked. It asks for the sales after the last that the store knows without a gap; mostly there are none.
///
/// After the start it leaves each sale a round's time: whoever has just made it, here or at another order server,
/// records it. What is then still missing has no server any more.
final class LedgerFollower: Sendable {
    /// How often the ledger is asked.
    static let interval = TimeAmount.seconds(1)
    private static let answerTimeMax = TimeAmount.seconds(3)

    private let engine: OrderEngine
    private let slot: LoopSlot
    private let logger: Logger
    private let contact: @Sendable () -> EventLoopFuture<Void>
    private let state: NIOLoopBoundBox<State>

    private struct State {
        var task: Scheduled<Void>?
        var isStopped = false
        /// The last of the ledger's sales that an earlier round has seen; nil until the start is caught up with.
        var seen: SalePosition?
        /// The last one that this round has seen.
        var newest: SalePosition?
    }

    /// - Parameter contact: reaches the catalog in some harmless way, so that it is known what it is.
    init(
        engine: OrderEngine, slot: LoopSlot, logger: Logger,
        contact: @escaping @Sendable () -> EventLoopFuture<Void>
    ) {
        self.engine = engine
        self.slot = slot
        self.logger = logger
        self.contact = contact
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: slot.eventLoop)
    }

    func start() { slot.eventLoop.execute { self.follow(saidUnclaimed: false) } }

    func stop() {
        slot.eventLoop.execute {
            // Also keeps a question that is on its way from asking the next one.
            self.state.value.isStopped = true
            self.state.value.task?.cancel()
        }
    }

    private func follow(saidUnclaimed: Bool) {
        var random = FastRandom()
        let context = CallContext(
            slot: slot, trace: TraceContext(using: &random),
            deadline: slot.eventLoop.now + Self.answerTimeMax)
        let limit = StoreLimits.saleCountMax
        let seen = state.value.seen
        let isDue = { @Sendable (sale: SalePosition) in
            guard let seen else { return true }
            if PlantedBug.isOn(.leavesSalesToSellers) { return false }
            return sale.ledger == seen.ledger && sale.number <= seen.number
        }
        let completed = contact().flatMap {
            self.engine.complete(limit: limit, context: context) { sale in
                self.state.value.newest = sale
                return isDue(sale)
            }
        }
        completed.whenComplete { result in
            guard !self.state.value.isStopped else { return }
            if PlantedBug.isOn(.followerGivesUp), case .failure = result { return }
            var isBehind = false
            var saidUnclaimed = saidUnclaimed
            if case .success(let count?) = result {
                let newest = self.state.value.newest ?? SalePosition(ledger: 0, number: 0)
                isBehind = count == limit && isDue(newest)
                if !isBehind { self.state.value.seen = newest }
                let unclaimed = self.engine.unclaimedLogLineCount
                if !isBehind, unclaimed > 0, !saidUnclaimed {
                    saidUnclaimed = true
                    self.logger.error(
                        "the order log has \(unclaimed) lines that no sale of the ledger stands behind")
                }
            }
            let wait = isBehind ? TimeAmount.zero : Self.interval
            self.state.value.task = self.slot.eventLoop.scheduleTask(in: wait) { [saidUnclaimed] in
                self.follow(saidUnclaimed: saidUnclaimed)
            }
        }
    }
}

internal import Linearizability
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient
internal import TierHTTP

/// Sends orders and their steps to the frontends, as the shop and the desk do.
struct OrderCaller: Sendable {
    /// The result of sending a request once.
    enum Reply: Sendable {
        /// What became of it, with the order where there is one.
        case outcome(HistoryOperation.Outcome, PlacedOrder?)
        /// The outcome is unknown: no response in time, a 503, or a copy is still in flight.
        case unknown
        /// The order is not where this step begins, and nothing was changed.
        case refused
        /// 422: the key belongs to another request.
        case keyReused
        /// A response that the contract does not allow here.
        case wrong(String)
    }

    /// So short that a request is repeated while an earlier copy is still in flight.
    private static let changeTimeMax = TimeAmount.milliseconds(600)

    private let frontends: StoreClient

    /// Creates a caller with its own connections.
    init(frontends: [ServerAddress], loops: TierLoops) async throws {
        self.frontends = StoreClient(
            client: try await TierClient(
                tier: "frontend", addresses: frontends, loops: loops, limits: ClientLimits(tiersBehind: 2)),
            changeTimeMax: Self.changeTimeMax)
    }

    func order(_ order: NewOrder) async -> Reply {
        await reply {
            let placed = try await frontends.order(order)
            return (.sold(totalCents: placed.totalCents), placed)
        }
    }

    /// Takes an order back for its customer.
    func cancel(_ key: IdempotencyKey) async -> Reply {
        await reply { (.success, try await frontends.cancel(key)) }
    }

    func step(_ step: OrderStep, key: IdempotencyKey) async -> Reply {
        await reply {
            (.success, try await frontends.step(step, actor: "desk", reason: key.text, key: key).result)
        }
    }

    private func reply(
        _ send: () async throws -> (HistoryOperation.Outcome, PlacedOrder)
    ) async -> Reply {
        do {
            let (outcome, order) = try await send()
            return .outcome(outcome, order)
        } catch StoreFault.unavailable(.nonsense, _) {
            return .wrong("an order was answered with something else")
        } catch StoreFault.unavailable, StoreFault.busy {
            return .unknown
        } catch StoreFault.refused(let problem) {
            return Self.reply(to: problem)
        } catch {
            return .wrong("\(error)")
        }
    }

    private static func reply(to problem: StoreProblem) -> Reply {
        switch (problem.status, problem.code) {
        case (409, "short"): .outcome(.failed, nil)
        case (409, "in_progress"): .unknown
        case (409, "step_refused"): .refused
        case (412, "other_total"):
            problem.total.map { Reply.outcome(.otherTotal(cents: $0.amount), nil) }
                ?? .wrong("412 without a total")
        case (422, _): .keyReused
        default: .wrong("\(problem.status) \(problem.detail ?? "")")
        }
    }
}

internal import Model
internal import Monitoring
internal import Synchronization

/// What is measured of webhooks.
final class WebhookFigures: Sendable {
    private let deliveredCount = Atomic<Int>(0)
    private let failedCount = Atomic<Int>(0)
    private let deadCount = Atomic<Int64>(0)
    /// Of those that this catalog tells.
    private let positions = Mutex<[Int64: Int64]>([:])

    func delivered(_ eventCount: Int) { deliveredCount.add(eventCount, ordering: .relaxed) }

    func failed() { failedCount.add(1, ordering: .relaxed) }

    func found(_ rows: [WebhookRow]) {
        deadCount.store(rows.reduce(0) { $0 + $1.webhook.deadCount }, ordering: .relaxed)
    }

    func reached(_ position: Int64?, _ webhook: Int64) { positions.withLock { $0[webhook] = position } }

    /// - Parameter lastMovement: the ledger's.
    func samples(lastMovement: Int64) -> [MetricSample] {
        let furthestBehind = positions.withLock { $0.values.min() } ?? lastMovement
        return [
            MetricSample(
                "bookstore_webhook_events_delivered_total", .counter,
                Double(deliveredCount.load(ordering: .relaxed)), help: "Events that webhooks have taken."),
            MetricSample(
                "bookstore_webhook_attempts_failed_total", .counter,
                Double(failedCount.load(ordering: .relaxed)), help: "Letters that webhooks did not take."),
            MetricSample(
                "bookstore_webhook_dead_letters", .gauge, Double(deadCount.load(ordering: .relaxed)),
                help: "Letters that were given up, of all webhooks."),
            MetricSample(
                "bookstore_webhook_lag_movements", .gauge, Double(max(0, lastMovement - furthestBehind)),
                help: "Movements of which the webhook that is furthest behind was not told yet."),
        ]
    }
}

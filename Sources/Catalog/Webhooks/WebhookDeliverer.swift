package import Logging
internal import Model
internal import Monitoring
package import NIOCore
package import Outside
internal import Synchronization

/// Tells programs outside of the ledger's events, beside everything else: a sale knows nothing of it. It looks which
/// webhooks there are, and has a ``WebhookTeller`` for each that this catalog tells.
///
/// Of several catalogs one tells a webhook at a time. Which one stands in the database, for some seconds: one that dies is
/// soon followed by another, and what both tell at that moment is told twice.
package final class WebhookDeliverer: Sendable {
    private let engine: CatalogEngine
    private let outside: OutsideClient
    private let limits: WebhookLimits
    private let loop: any EventLoop
    private let figures = WebhookFigures()
    private let logger: Logger
    private let task = Mutex<Task<Void, Never>?>(nil)

    package init(
        engine: CatalogEngine, outside: OutsideClient, limits: WebhookLimits, loop: any EventLoop,
        logger: Logger
    ) {
        self.engine = engine
        self.outside = outside
        self.limits = limits
        self.loop = loop
        self.logger = logger
    }

    /// Begins to tell.
    package func start() {
        task.withLock { $0 = Task { await run() } }
    }

    /// Gives up what is under way, and leaves the webhooks to other catalogs.
    package func shutdown() async {
        let task = task.withLock { $0.take() }
        task?.cancel()
        await task?.value
    }

    /// Its figures for the metrics page.
    func samples() -> [MetricSample] { figures.samples(lastMovement: engine.lastMovement) }

    private func run() async {
        var tellers: [Int64: WebhookTeller] = [:]
        var hold = WebhookHold(limits)
        var wasFailing = false
        while !Task.isCancelled {
            do {
                try await look(&tellers, &hold)
                wasFailing = false
            } catch {
                if !wasFailing { logger.warning("webhooks are not looked after: \(error)") }
                wasFailing = true
            }
            try? await Task.sleep(for: limits.lookInterval)
        }
        for teller in tellers.values { teller.cancel() }
        for teller in tellers.values { await teller.end() }
        if engine.sharesStore, !hold.held(at: .now()).isEmpty {
            _ = try? await engine.change(.release, on: loop).get()
        }
    }

    /// Looks which webhooks there are, and tells those that are this catalog's.
    private func look(_ tellers: inout [Int64: WebhookTeller], _ hold: inout WebhookHold) async throws {
        let rows = try await engine.webhooks(on: loop).get()
        figures.found(rows)
        let told = rows.filter { $0.webhook.ended == nil }
        let (end, held) = try await held(told, &hold)
        for (number, teller) in tellers {
            if !held.contains(number) { teller.cancel() }
            if teller.hasEnded { tellers[number] = nil }
        }
        for row in told where held.contains(row.webhook.number) {
            let teller = tellers[row.webhook.number] ?? newTeller(row)
            teller.follow(row, until: end)
            guard tellers.updateValue(teller, forKey: row.webhook.number) == nil else { continue }
            teller.start()
        }
    }

    /// Which of the webhooks are this catalog's, and until when.
    private func held(
        _ rows: [WebhookRow], _ hold: inout WebhookHold
    ) async throws -> (end: NIODeadline, numbers: Set<Int64>) {
        guard engine.sharesStore else { return (.distantFuture, Set(rows.map(\.webhook.number))) }
        // What other catalogs have sold is news as well.
        if !rows.isEmpty { try await engine.current(on: loop).get() }
        if hold.isDue(rows, at: .now()) {
            let asked = NIODeadline.now()
            let taken = try await engine.change(.hold(seconds: limits.holdSeconds), on: loop).get()
            hold.took(taken.webhooks, asked: asked)
        }
        return (hold.end, hold.held(at: .now()))
    }

    private func newTeller(_ row: WebhookRow) -> WebhookTeller {
        WebhookTeller(
            row, engine: engine, outside: outside, limits: limits, loop: loop, figures: figures,
            logger: logger)
    }
}

import Logging
import Model
import NIOCore
import Outside
import TestSupport
import Testing

@testable import Catalog

let webhookSecret = WebhookSecret(trusted: "a-secret-of-24-or-more-characters")

/// Limits whose waits are short.
func quickWebhooks(_ change: (inout WebhookLimits) -> Void = { _ in }) -> WebhookLimits {
    var limits = WebhookLimits()
    limits.lookInterval = .milliseconds(10)
    limits.idleInterval = .milliseconds(5)
    limits.retryWaitMin = .milliseconds(10)
    limits.retryWaitMax = .milliseconds(20)
    change(&limits)
    return limits
}

/// A catalog that tells webhooks.
struct TellingCatalog {
    let engine: CatalogEngine
    let loop: any EventLoop
    let deliverer: WebhookDeliverer

    func change(_ change: WebhookChange) async throws -> CatalogOutcome {
        try await engine.change(change, on: loop).get()
    }

    func add(
        _ receiver: WebhookReceiver, kinds: [StoreEvent.Kind] = StoreEvent.Kind.allCases, after: Int64? = nil
    ) async throws -> Int64 {
        let new = NewWebhook(
            url: try OutsideURL(parsing: receiver.url), secret: webhookSecret, kinds: kinds, after: after)
        return try #require(try await change(.add(new)).webhooks.first).webhook.number
    }

    /// Sells books, one after the other.
    func sell(_ keys: ClosedRange<Int>, of item: ItemNumber = first.item) async throws {
        for number in keys {
            _ = try await engine.update(.sale(of: item, key: key("\(item)-\(number)")), on: loop).get()
        }
    }

    func webhook(_ number: Int64) async throws -> Webhook {
        let rows = try await engine.webhooks(on: loop).get()
        return try #require(rows.first { $0.webhook.number == number }?.webhook)
    }

    func deadLetters(_ number: Int64) async throws -> [DeadLetter] {
        try await engine.read(on: loop) {
            try $0.deadLetters(of: number, after: 0, limit: 100, areWanted: false)
        }.get()
    }
}

extension CatalogFolder {
    /// Opens the whole catalog with its webhooks for `body`, and shuts it down afterwards.
    ///
    /// - Parameter tells: whether it begins to tell.
    func withTelling(
        _ limits: WebhookLimits = quickWebhooks(), books: [Book], tells: Bool = true,
        _ body: (TellingCatalog) async throws -> Void
    ) async throws {
        try await withLoops(count: 1) { loops in
            try await withEngine(books) { engine in
                let loop = loops.slots[0].eventLoop
                let deliverer = WebhookDeliverer(
                    engine: engine, outside: OutsideClient(group: loops.group, reachesPrivate: true),
                    limits: limits, loop: loop, logger: silent)
                if tells { deliverer.start() }
                do {
                    try await body(TellingCatalog(engine: engine, loop: loop, deliverer: deliverer))
                    await deliverer.shutdown()
                } catch {
                    await deliverer.shutdown()
                    throw error
                }
            }
        }
    }
}

/// Runs `body` with a receiver that is closed afterwards.
func withReceiver<Value>(_ body: (WebhookReceiver) async throws -> Value) async throws -> Value {
    try await closing(try WebhookReceiver(), by: { $0.close() }, body)
}

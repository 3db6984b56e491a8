package import Model
package import StoreAPI

// Programs that are told of events. Whatever fails throws a ``StoreFault``.
extension StoreClient {
    /// All webhooks.
    package func webhooks() async throws -> StoreAnswer<[Webhook]> { try await ask(.webhooks, trace: nil) }

    /// Tells a program of events.
    package func add(_ webhook: NewWebhook) async throws -> StoreAnswer<Webhook> {
        try await ask(.newWebhook, body: json(webhook), trace: nil)
    }

    /// Tells a program nothing more.
    package func removeWebhook(_ number: Int64) async throws -> StoreAnswer<Webhook> {
        try await ask(.webhookRemove, body: json(["webhook": number]), trace: nil)
    }

    /// What a webhook could not be told, in the ledger's order.
    package func deadLetters(
        of webhook: Int64, limit: Int, after: String? = nil
    ) async throws -> StoreAnswer<[DeadLetter]> {
        try await ask(
            .deadLetters, [("webhook", String(webhook)), ("limit", String(limit)), ("after", after)],
            trace: nil)
    }

    /// Sends dead letters again: one, or all of a webhook.
    package func resend(_ webhook: Int64, sequence: Int64? = nil) async throws -> StoreAnswer<ResentCount> {
        var members = ["webhook": webhook]
        members["sequence"] = sequence
        return try await ask(.webhookResend, body: json(members), trace: nil)
    }
}

internal import Model
internal import NIOHTTP1
internal import TierHTTP

// Programs that are told of events.
extension Endpoint {
    static let hooking = [webhooks, newWebhook, webhookResend, deadLetters, webhookRemove]

    package static let webhooks = Endpoint(
        "webhooks", right: .settings, lane: .reads,
        RouteDoc(
            summary: "The webhooks, with how far each was told. Secrets are never shown.",
            success: .webhookList))

    /// An address to which nothing answers, and a kind of event that is rare.
    package static let newWebhook = Endpoint(
        "webhook", [.POST], right: .settings, lane: .changes,
        RouteDoc(
            summary:
                "Tells a program of events from now on, or from a movement on, by POST requests that are signed by the secret. Addresses of private networks are refused unless the catalog's settings allow them.",
            body: .json(.newWebhook), success: .webhookResult, refusals: [400, 409, 413],
            example: .init(
                body:
                    #"{"url": "https://203.0.113.7/events", "secret": "a-secret-of-24-or-more-characters", "kinds": ["sold_out"]}"#
            )))

    package static let webhookRemove = Endpoint(
        "webhook_remove", [.POST], right: .settings, lane: .changes,
        RouteDoc(
            summary: "Tells a webhook nothing more, and forgets its dead letters.",
            body: .json(.webhookRemoval), success: .webhookResult, refusals: [400, 404, 413],
            example: .init(body: #"{"webhook": 1}"#)))

    package static let webhookResend = Endpoint(
        "webhook_resend", [.POST], right: .settings, lane: .changes,
        RouteDoc(
            summary: "Sends dead letters again, each once; those that arrive are dead no longer.",
            body: .json(.webhookResending), success: .resentCount, refusals: [400, 404, 413],
            example: .init(body: #"{"webhook": 1}"#)))

    package static let deadLetters = Endpoint(
        "dead_letters", right: .settings, isLong: true, lane: .reads,
        RouteDoc(
            summary: "What a webhook could not be told in a day of attempts, in the ledger's order.",
            parameters: [
                .query("webhook", .sequence, isRequired: true, "The webhook's number."),
                .limit(StoreLimits.listCountMax),
                .query("after", .sequence, "Go on after this movement: the `next` of the page before."),
            ], success: .deadLetterPage, refusals: [400], example: .init(query: "webhook=1")))
}

package import Model
package import NIOCore
package import TierHTTP

// What is asked for of webhooks, as clients write it and the catalog reads it.
extension Schema {
    static let newWebhook = Schema.object(
        [
            "url": .string(pattern: OutsideURL.pattern),
            "secret": .string(
                pattern:
                    "^[!-~]{\(WebhookSecret.byteCounts.lowerBound),\(WebhookSecret.byteCounts.upperBound)}$"),
        ],
        optional: [
            "kinds": eventKinds.saying("All without it."),
            "after": .count.saying(
                "It is told of what came after this movement; of what comes now without it."),
            "actor": .actor,
        ], isClosed: true
    ).named("NewWebhook")

    static let webhookRemoval = Schema.object(["webhook": webhookNumber], isClosed: true).named(
        "WebhookRemoval")

    static let webhookResending = Schema.object(
        ["webhook": webhookNumber],
        optional: ["sequence": .integer(min: 1).saying("Only this letter; all of them without it.")],
        isClosed: true
    ).named("WebhookResending")
}

extension NewWebhook: Encodable {
    fileprivate enum CodingKeys: String, CodingKey, CaseIterable {
        case url, secret, kinds, after, actor
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(url.description, forKey: .url)
        try members.encode(secret.text, forKey: .secret)
        try members.encode(kinds.map(\.rawValue), forKey: .kinds)
        try members.encodeIfPresent(after, forKey: .after)
        try members.encodeIfPresent(actor, forKey: .actor)
    }

    fileprivate init(_ body: JSONBody) throws(StoreError) {
        let (url, secret): (OutsideURL, WebhookSecret)
        guard let urlText = try body.text("url") else { throw body.fault("url", "is missing") }
        do throws(LineFault) {
            url = try OutsideURL(parsing: urlText)
        } catch {
            throw body.fault("url", error.reason)
        }
        guard let secretText = try body.text("secret") else { throw body.fault("secret", "is missing") }
        do throws(LineFault) {
            secret = try WebhookSecret(parsing: secretText)
        } catch {
            throw body.fault("secret", error.reason)
        }
        self.init(
            url: url, secret: secret, kinds: try Self.kinds(body),
            after: try body.integer("after", in: 0...Int64.max),
            actor: try body.note("actor", byteCountMax: KeeperRequest.actorByteCountMax))
    }

    private static func kinds(_ body: JSONBody) throws(StoreError) -> [StoreEvent.Kind] {
        guard let value = body.value("kinds") else { return StoreEvent.Kind.allCases }
        guard case .array(let names) = value, !names.isEmpty else {
            throw body.fault("kinds", "is not an array of kinds of events")
        }
        let known = StoreEvent.Kind.allCases
        for name in names where !known.contains(where: { $0.rawValue == name.text }) {
            throw body.fault(
                "kinds", "has other than \(known.map(\.rawValue).joined(separator: ", "))")
        }
        return known.filter { names.contains(.text($0.rawValue)) }
    }
}

/// Bodies are read strictly: each of these fails with ``Model/StoreError/invalid(_:)`` for one that is malformed.
extension TierRequest {
    package func newWebhook() -> EventLoopFuture<NewWebhook> {
        json(known: Set(NewWebhook.CodingKeys.allCases.map(\.rawValue))) { try NewWebhook($0) }
    }

    /// The number of a webhook that is to be removed.
    package func webhookRemoval() -> EventLoopFuture<Int64> {
        json(known: ["webhook"]) { try $0.webhook() }
    }

    /// The webhook, and the letter, that is to be told again; all letters where it names none.
    package func webhookResending() -> EventLoopFuture<(webhook: Int64, sequence: Int64?)> {
        json(known: ["webhook", "sequence"]) {
            (try $0.webhook(), try $0.integer("sequence", in: 1...Int64.max))
        }
    }
}

extension JSONBody {
    fileprivate func webhook() throws(StoreError) -> Int64 {
        guard let number = try integer("webhook", in: 1...Int64.max) else {
            throw fault("webhook", "is missing")
        }
        return number
    }
}

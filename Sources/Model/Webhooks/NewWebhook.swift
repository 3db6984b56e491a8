/// A webhook as it is asked for.
package struct NewWebhook: Sendable {
    package let url: OutsideURL
    package let secret: WebhookSecret
    /// The kinds of which it is told, each once.
    package let kinds: [StoreEvent.Kind]
    /// It is told of what came after this movement; nil for what comes from now on.
    package let after: Int64?
    package let actor: String?

    package init(
        url: OutsideURL, secret: WebhookSecret, kinds: [StoreEvent.Kind] = StoreEvent.Kind.allCases,
        after: Int64? = nil, actor: String? = nil
    ) {
        self.url = url
        self.secret = secret
        self.kinds = kinds
        self.after = after
        self.actor = actor
    }
}

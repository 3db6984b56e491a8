package import Model

/// A webhook as a database has it, for who tells it.
package struct WebhookRow: Sendable {
    package var webhook: Webhook
    let secret: WebhookSecret
    /// Whether dead letters are to be sent again.
    let hasWanted: Bool
    /// Which catalog tells it.
    let hold: Hold

    /// Whose part it is to tell a webhook.
    enum Hold: Int64 {
        case nobodys, own, others
    }

    /// The kinds as they are stored.
    static func text(_ kinds: [StoreEvent.Kind]) -> String {
        kinds.map(\.rawValue).joined(separator: " ")
    }

    /// A webhook from its columns.
    ///
    /// - Throws: ``LedgerFault`` for what this program would not have written.
    init(
        number: Int64, url: String, secret: String, kinds: String, position: Int64, madeMillis: Int64,
        actor: String?, attemptCount: Int64, failingMillis: Int64?, answer: String?, endedMillis: Int64?,
        deadCount: Int64, hasWanted: Bool, hold: Hold
    ) throws {
        guard let url = try? OutsideURL(parsing: url) else { throw LedgerFault("a webhook has no URL") }
        webhook = Webhook(
            number: number, url: url,
            kinds: kinds.split(separator: " ").compactMap { StoreEvent.Kind(rawValue: String($0)) },
            position: position, made: Timestamp(millis: madeMillis), actor: actor,
            failure: failingMillis.map {
                Webhook.Failure(
                    attemptCount: attemptCount, since: Timestamp(millis: $0), answer: answer ?? "")
            }, ended: endedMillis.map { Timestamp(millis: $0) }, deadCount: deadCount)
        self.secret = WebhookSecret(trusted: secret)
        self.hasWanted = hasWanted
        self.hold = hold
    }
}

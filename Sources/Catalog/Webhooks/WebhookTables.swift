internal import Model

/// The tables of webhooks inside the transaction of one batch.
protocol WebhookTables {
    /// All of them by their numbers.
    mutating func webhooks() throws -> [WebhookRow]
    /// Adds one, and gives its number.
    mutating func insert(_ webhook: NewWebhook, position: Int64, at time: Timestamp) throws -> Int64
    /// Removes one with its dead letters.
    mutating func removeWebhook(_ number: Int64) throws
    /// Writes what changes of one: how far it is, what fails, and whether it has ended.
    mutating func write(_ webhook: Webhook) throws
    /// Takes those that no other catalog holds, and keeps its own, for so many seconds; 0 gives its own back.
    mutating func holdWebhooks(seconds: Int64) throws
    /// A dead letter; nil where there is none.
    mutating func deadLetter(of webhook: Int64, _ sequence: Int64) throws -> DeadLetter?
    /// Writes a dead letter, new or known.
    mutating func write(_ letter: DeadLetter) throws
    mutating func removeDeadLetter(of webhook: Int64, _ sequence: Int64) throws
    /// Notes that dead letters, or one of them, are wanted again, and gives how many these are.
    mutating func wantDeadLetters(of webhook: Int64, _ sequence: Int64?) throws -> Int64
}

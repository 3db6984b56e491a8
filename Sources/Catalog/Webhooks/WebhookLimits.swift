internal import Model

/// How webhooks are told. Tests shorten the waits.
package struct WebhookLimits: Sendable {
    /// How often it is looked which webhooks there are.
    package var lookInterval = Duration.seconds(1)
    /// How often it is looked whether there is something to tell: a look at the memory.
    package var idleInterval = Duration.milliseconds(200)
    /// The wait after the first failure; it doubles with each further one.
    package var retryWaitMin = Duration.seconds(1)
    package var retryWaitMax = Duration.seconds(600)
    /// How long a movement is tried before it is given up.
    package var retryTimeMax = Duration.seconds(24 * 3_600)
    /// See ``Model/DeadLetter/countMax``.
    package var deadLetterCountMax = DeadLetter.countMax
    /// Movements of which one letter tells. After a failure it is one, and twice as many after each success, so that
    /// what a receiver cannot take takes nothing else with it.
    package var movementCountMax = 100
    /// A letter of so many bytes gets no further movement.
    package var letterByteCountMax = 256 * 1024
    /// Movements that have nothing to tell are noted as told only when there are so many: a start looks through them
    /// again.
    package var passedCountMax: Int64 = 10_000
    /// How long a catalog beside others keeps a webhook without saying so again: the longest wait for another one where
    /// it dies.
    package var holdSeconds: Int64 = 6
    /// When it says so again.
    package var renewalInterval = Duration.seconds(2)

    package init() {}
}

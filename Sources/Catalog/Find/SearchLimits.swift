internal import NIOCore

/// What searches by words may cost the catalog.
struct SearchLimits: Sendable {
    /// Searches at work at once. Two, so that a quick one need not wait for a slow one, and a core is left for
    /// everything else where there are more than two.
    var atOnceMax = 2
    /// Searches that wait; further ones are refused at once.
    var waitingCountMax = 64
    /// How long a search may wait for its turn. With ``timeMax`` and ``takingTimeMax`` it stays below
    /// what a frontend gives it, so that the answer is the catalog's own.
    var waitTimeMax = TimeAmount.seconds(1)
    /// How long a search may be at work: ten times what the usual one takes over a million books.
    var timeMax = TimeAmount.seconds(1)
    /// Books that a search takes into an index that lacks some.
    var takenCountMax = 5_000
    /// How long it goes on with that.
    var takingTimeMax = TimeAmount.milliseconds(800)
}

/// What a run does: how many clients ask for what, at which pace, for how long.
package struct LoadPlan: Sendable {
    /// The pace at which clients send, and what ends the run.
    package enum Pace: Equatable, Sendable {
        /// Each client sends as soon as it has its answer, until so many requests were measured.
        case samples(Int)
        /// The same for so many seconds.
        case seconds(Double)
        /// Requests are due at a fixed rate for so many seconds, whatever became of earlier ones.
        case rate(perSecond: Double, seconds: Double)
        /// Each client buys as soon as it has its answer, until an answer says that the book is sold out.
        case untilSoldOut
    }

    /// Clients, each with a connection of its own; 1 … ``clientCountMax``.
    package var clientCount: Int
    package var pace: Pace
    /// What is asked for.
    package var mix: OperationMix
    /// Zipf's exponent over the books; nil asks for all alike.
    package var zipfExponent: Double?
    /// Requests before the first that counts.
    package var warmupCount = 0
    /// How long the frontend may take over one answer, in seconds.
    package var timeoutSeconds = 5.0
    /// Event loops of the generator, each a thread; at most one for each client is used.
    package var threadCount = 1
    /// Open loop: how many due requests may wait for a free client.
    package var waitingCountMax = 10_000

    /// More connections than this are more than one machine's ports and memory are good for.
    package static let clientCountMax = 20_000

    /// A plan with the usual limits.
    package init(clientCount: Int, pace: Pace, mix: OperationMix, zipfExponent: Double? = nil) {
        self.clientCount = clientCount
        self.pace = pace
        self.mix = mix
        self.zipfExponent = zipfExponent
    }

    var timeoutNanos: UInt64 { UInt64(timeoutSeconds * 1e9) }

    /// Without any good answer for this long, the run is given up.
    var patienceNanos: UInt64 { 2 * timeoutNanos }

    /// The part of one of `count` event loops.
    func part(_ index: Int, of count: Int) -> LoadPlan {
        let share = { (total: Int) in total * (index + 1) / count - total * index / count }
        var part = self
        part.clientCount = share(clientCount)
        part.warmupCount = share(warmupCount)
        part.waitingCountMax = max(1, share(waitingCountMax))
        switch pace {
        case .samples(let samples): part.pace = .samples(share(samples))
        case .rate(let rate, let seconds):
            part.pace = .rate(perSecond: rate / Double(count), seconds: seconds)
        case .seconds, .untilSoldOut: break
        }
        return part
    }
}

/// The plan of a run: the number of clients, their requests, their pace and the end.
package struct LoadPlan: Sendable {
    /// The pace at which clients send, and what ends the run.
    package enum Pace: Equatable, Sendable {
        /// Each client sends as soon as it has its response, until this many requests are measured.
        case samples(Int)
        /// Each client sends as soon as it has its response, for this many seconds.
        case seconds(Double)
        /// Requests are due at a fixed rate for this many seconds, independent of earlier ones.
        case rate(perSecond: Double, seconds: Double)
        /// Each client buys as soon as it has its response, until a response says that the book is sold out.
        case untilSoldOut
    }

    /// The number of clients, each with its own connection: 1 … ``clientCountMax``.
    package var clientCount: Int
    package var pace: Pace
    /// The share of each operation.
    package var mix: OperationMix
    /// Zipf's exponent over the books; nil makes all equally likely.
    package var zipfExponent: Double?
    /// The number of requests before the first that counts.
    package var warmupCount = 0
    /// The time limit of one response, in seconds.
    package var timeoutSeconds = 5.0
    /// The number of the generator's event loops, each on a thread; at most one for each client is used.
    package var threadCount = 1
    /// Open loop: the most due requests that may wait for a free client.
    package var waitingCountMax = 10_000

    /// The most clients: the ports and memory of one machine do not suffice for more connections.
    package static let clientCountMax = 20_000

    /// Creates a plan with the usual limits.
    package init(clientCount: Int, pace: Pace, mix: OperationMix, zipfExponent: Double? = nil) {
        self.clientCount = clientCount
        self.pace = pace
        self.mix = mix
        self.zipfExponent = zipfExponent
    }

    var timeoutNanos: UInt64 { UInt64(timeoutSeconds * 1e9) }

    /// After this long without a good response, the run is given up.
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

internal import NIOCore

/// How many calls may be sent once more: a share of the calls of the last seconds, and a few always. A store that
/// fails as a whole is not asked twice as much for it, and one server that fails is made up for. The time is an
/// argument.
struct RepetitionBudget {
    /// One repetition for so many calls.
    static let callsPerRepetition = 5
    /// What is allowed besides, for each second: enough for what a store with little to do has in flight.
    static let repetitionCountMinPerSecond = 20
    /// The seconds that count: a server is noticed to be lost by then.
    static let secondCount = 5

    private struct Second {
        var number: Int64 = -1
        var calls = 0
        var repetitions = 0
    }

    private var seconds = [Second](repeating: Second(), count: secondCount)

    /// Counts a call that is sent for the first time.
    mutating func note(at now: NIODeadline) { seconds[place(at: now)].calls += 1 }

    /// Takes a repetition; false where there were too many.
    mutating func take(at now: NIODeadline) -> Bool {
        let place = place(at: now)
        let oldest = seconds[place].number - Int64(Self.secondCount)
        let counted = seconds.lazy.filter { $0.number > oldest }
        let (calls, repetitions) = counted.reduce((0, 0)) { ($0.0 + $1.calls, $0.1 + $1.repetitions) }
        let allowed =
            calls / Self.callsPerRepetition + Self.repetitionCountMinPerSecond * Self.secondCount
        guard repetitions < allowed else { return false }
        seconds[place].repetitions += 1
        return true
    }

    private mutating func place(at now: NIODeadline) -> Int {
        let number = Int64(now.uptimeNanoseconds / 1_000_000_000)
        let place = Int(number) % Self.secondCount
        if seconds[place].number != number { seconds[place] = Second(number: number) }
        return place
    }
}

/// Who waits for the thread that hashes passwords, and whose turn is next.
///
/// Each origin – an address, or a device that signed in before – has places of its own and gets one turn a
/// round, so that however many guesses one sends, it delays another by no more than one hash a round. Devices
/// that signed in before go first: their lane cannot be filled by anyone who does not know the password.
///
/// A plain struct: attempts in, attempts out.
struct SignInQueue<Attempt> {
    /// Origins that take turns.
    private struct Lane {
        let countMax: Int
        private var turns: [String] = []
        private var waiting: [String: [Attempt]] = [:]
        private var count = 0

        init(countMax: Int) { self.countMax = countMax }

        mutating func add(_ attempt: Attempt, from origin: String) -> Attempt? {
            let ownCount = waiting[origin]?.count ?? 0
            guard ownCount < SignInLimits.placesPerOriginMax else { return attempt }
            var displaced: Attempt?
            if count >= countMax {
                // An origin with several places gives its newest up to one that has fewer.
                guard let crowd = waiting.max(by: { $0.value.count < $1.value.count }),
                    crowd.value.count > ownCount + 1
                else { return attempt }
                displaced = waiting[crowd.key]?.removeLast()
                count -= 1
            }
            if ownCount == 0 { turns.append(origin) }
            waiting[origin, default: []].append(attempt)
            count += 1
            return displaced
        }

        mutating func next() -> Attempt? {
            guard let origin = turns.first, var own = waiting.removeValue(forKey: origin) else { return nil }
            turns.removeFirst()
            let attempt = own.removeFirst()
            count -= 1
            if !own.isEmpty {
                waiting[origin] = own
                turns.append(origin)
            }
            return attempt
        }
    }

    private var devices = Lane(countMax: SignInLimits.deviceAttemptCountMax)
    private var strangers = Lane(countMax: SignInLimits.strangerAttemptCountMax)

    /// Takes an attempt on.
    ///
    /// - Returns: the attempt that now has no place, which may be another one; nil where all have theirs.
    mutating func add(_ attempt: Attempt, from origin: SignInOrigin) -> Attempt? {
        origin.isDevice
            ? devices.add(attempt, from: origin.name) : strangers.add(attempt, from: origin.name)
    }

    /// The attempt whose turn it is; nil when none waits.
    mutating func next() -> Attempt? { devices.next() ?? strangers.next() }
}

/// How many attempts to sign in may wait. Each costs the hashing thread about a tenth of a second.
enum SignInLimits {
    /// Attempts of one origin: behind a proxy or a shared address, several keepers may come at once.
    static let placesPerOriginMax = 8
    /// Attempts from addresses: with one from each of so many, the last waits some 13 seconds, which is as
    /// long as a person does.
    static let strangerAttemptCountMax = 128
    /// Attempts from devices that signed in before; there are as many as keepers.
    static let deviceAttemptCountMax = 32
}

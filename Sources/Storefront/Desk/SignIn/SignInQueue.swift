/// The queue for the thread that hashes passwords.
///
/// Each origin – an address, or a device that signed in before – has places of its own and gets one turn a
/// round. However many guesses one origin sends, it delays another by at most one hash a round. Devices that
/// signed in before go first: nobody can fill their queue without knowing the password.
///
/// A plain value without input or output: it receives attempts and returns them in order.
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
                // The origin with the most attempts loses its newest one to an origin with fewer.
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

    /// Adds an attempt.
    ///
    /// - Returns: the attempt that loses its place, which may be another one; nil if all have a place.
    mutating func add(_ attempt: Attempt, from origin: SignInOrigin) -> Attempt? {
        origin.isDevice
            ? devices.add(attempt, from: origin.name) : strangers.add(attempt, from: origin.name)
    }

    /// Removes and returns the next attempt; nil if none is waiting.
    mutating func next() -> Attempt? { devices.next() ?? strangers.next() }
}

/// Limits on waiting sign-in attempts. Each costs the hashing thread about a tenth of a second.
enum SignInLimits {
    /// Attempts of one origin: several keepers may share a proxy or an address.
    static let placesPerOriginMax = 8
    /// Attempts from addresses. With one attempt from each of so many, the last waits about 13 seconds, which
    /// is as long as a person waits.
    static let strangerAttemptCountMax = 128
    /// Attempts from devices that signed in before; there are about as many devices as keepers.
    static let deviceAttemptCountMax = 32
}

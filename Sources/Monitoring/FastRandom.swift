/// SplitMix64: numbers that are unique enough for trace ids and jitter at a nanosecond each, where the
/// system's generator costs a system call. Never for secrets.
package struct FastRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator with a seed, which gives the same numbers each time.
    package init(seed: UInt64) { state = seed }

    /// A generator seeded by the system.
    package init() {
        var system = SystemRandomNumberGenerator()
        state = system.next()
    }

    /// The next number of the sequence.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

internal import Model
internal import Monitoring

/// The order in which the servers of a tier are asked about one thing (rendezvous hashing). It is the same in every
/// process and after every start, and a server that comes or goes changes only what it is first for.
struct Rendezvous {
    // Of the addresses as the config file has them, so that all who read the same file agree.
    private let seeds: [UInt64]

    init(_ addresses: [ServerAddress]) {
        seeds = addresses.map { address in
            var text = address.description
            return text.withUTF8 { StableHash.of(UnsafeRawBufferPointer($0)) }
        }
    }

    /// How well a server fits what a call is about: the highest is first.
    func score(of affinity: UInt64, at server: Int) -> UInt64 {
        var mixer = FastRandom(seed: seeds[server] ^ affinity)
        return mixer.next()
    }
}

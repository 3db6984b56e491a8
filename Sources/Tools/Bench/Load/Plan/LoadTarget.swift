internal import NIOCore
internal import TierHTTP

/// What a load is aimed at, as the check found it.
struct LoadTarget: Sendable {
    let address: SocketAddress
    let hostField: String
    let topics: [String]
    var popularity: ItemPopularity
    /// Makes the keys of this run's purchases unlike any other's.
    let runName: String
}

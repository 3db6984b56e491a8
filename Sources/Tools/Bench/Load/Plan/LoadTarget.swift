internal import NIOCore
internal import TierHTTP

/// The target of a load, as the check found it.
struct LoadTarget: Sendable {
    let address: SocketAddress
    let hostField: String
    let topics: [String]
    var popularity: ItemPopularity
    /// Distinguishes the keys of this run's purchases from those of other runs.
    let runName: String
}

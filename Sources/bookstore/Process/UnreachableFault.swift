internal import Model
internal import TierHTTP

/// A server that a command needs and does not reach.
struct UnreachableFault: Error, CustomStringConvertible {
    let description: String

    init(_ error: StoreError, at address: ServerAddress) {
        description =
            "\(ExitStatus.text(error)) (\(address)); is the store up? Start it by 'bookstore up', or name its address in the file of --config"
    }
}

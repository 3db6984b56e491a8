/// Where an attempt to sign in comes from: a device that signed in before, or a network address. Whoever has
/// one IPv6 address has its whole /64, so that is what counts.
struct SignInOrigin: Equatable, Sendable {
    /// What attempts are counted by.
    let name: String
    let isDevice: Bool

    /// A device that signed in before.
    init(device: String) {
        name = "device " + device
        isDevice = true
    }

    /// A network address as text; what is no address counts as one.
    init(address: String) {
        name = ClientNetwork(parsing: address)?.description ?? address
        isDevice = false
    }
}

/// The origin of a sign-in attempt: a device that signed in before, or a network address. IPv6 addresses
/// count by their /64 network, since its owner can use all of its addresses.
struct SignInOrigin: Equatable, Sendable {
    /// The name under which attempts are counted.
    let name: String
    let isDevice: Bool

    /// A device that signed in before.
    init(device: String) {
        name = "device " + device
        isDevice = true
    }

    /// A network address as text. Text that is not an address counts as one by itself.
    init(address: String) {
        name = ClientNetwork(parsing: address)?.description ?? address
        isDevice = false
    }
}

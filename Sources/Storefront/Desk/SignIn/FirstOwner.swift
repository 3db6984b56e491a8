internal import Logging
internal import Model
internal import Passwords
internal import StoreAPI
internal import StoreClient
internal import Synchronization

/// The account of the first owner, which is made of the password that a shop is started with, where the store has no keepers
/// yet. From then on it is an account like others, and the shop's password opens nothing.
package final class FirstOwner: Sendable {
    package static let name = "owner"

    private let password: KeeperPassword
    private let store: StoreClient
    private let logger: Logger
    /// Whether the store has keepers.
    private let isSettled = Mutex(false)

    /// - Parameter store: a client that is not signed in, since nobody can be.
    init(_ password: KeeperPassword, store: StoreClient, logger: Logger) {
        self.password = password
        self.store = store
        self.logger = logger
    }

    /// Makes the account unless the store has keepers.
    ///
    /// - Throws: ``StoreClient/StoreFault`` where the store does not say.
    func make() async throws {
        guard !isSettled.withLock({ $0 }) else { return }
        let owner = NewKeeper(
            name: Self.name, role: .owner, password: .hashed(password.text), isFirst: true)
        do {
            _ = try await store.add(owner)
            logger.notice("the store has its first keeper, \(Self.name), by the password of the shop")
        } catch StoreFault.refused(let problem) where problem.status == 409 {
            // There are keepers.
        }
        isSettled.withLock { $0 = true }
    }
}

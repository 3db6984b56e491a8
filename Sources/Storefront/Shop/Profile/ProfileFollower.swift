internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient
internal import Synchronization

/// What the shop says of itself now: what it was told at its start, and for the rest what the store keeps, which may
/// change at any time. While the store does not answer, what it said last holds.
final class ProfileFollower: Sendable {
    /// How often the store is asked: keepers who change a setting see it at every shop after so long.
    private static let interval = Duration.seconds(2)
    /// How long the store is left alone that did not answer, since each question of a store that is down is a line in its
    /// frontends' logs.
    private static let intervalAfterFault = Duration.seconds(5)
    private static let answerTimeMax = TimeAmount.seconds(2)

    let given: GivenSettings
    private let store: StoreClient
    private let profile: Mutex<ShopProfile>
    private let following = Mutex<Task<Void, Never>?>(nil)

    init(_ given: GivenSettings, store: StoreClient) {
        self.given = given
        self.store = store
        profile = Mutex(ShopProfile(given.values.mapValues(\.text)))
    }

    var current: ShopProfile { profile.withLock { $0 } }

    /// Asks the store once.
    ///
    /// - Returns: whether it answered.
    @discardableResult
    func refresh() async -> Bool {
        guard let kept = try? await store.shopProfile(within: Self.answerTimeMax) else { return false }
        show(kept)
        return true
    }

    /// Takes over what the store keeps.
    func show(_ kept: [ShopSetting: String]) {
        let now = ShopProfile(kept.merging(given.values.mapValues(\.text)) { _, given in given })
        profile.withLock { $0 = now }
    }

    /// Asks now and from then on, until the end.
    func start() async {
        let isAnswered = await refresh()
        let task = Task {
            var isAnswered = isAnswered
            while (try? await Task.sleep(for: isAnswered ? Self.interval : Self.intervalAfterFault)) != nil {
                isAnswered = await refresh()
            }
        }
        following.withLock { $0 = task }
    }

    /// Asks no more, and waits for a question that is under way.
    func end() async {
        let task = following.withLock { $0.take() }
        task?.cancel()
        await task?.value
    }
}

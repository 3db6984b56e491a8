package import Model

/// A keeper as the store has it.
package struct KeeperRecord: Equatable, Sendable {
    package let keeper: Keeper
    /// The password's hash, as ``Passwords/KeeperPassword`` writes it.
    let hash: String

    /// The name by which the keeper is found.
    var folded: String { Keeper.folded(keeper.name) }

    func with(role: KeeperRole? = nil, hash: String? = nil) -> KeeperRecord {
        KeeperRecord(
            keeper: Keeper(name: keeper.name, role: role ?? keeper.role, made: keeper.made),
            hash: hash ?? self.hash)
    }
}

extension KeeperRecord {
    /// The keeper in the list of all, with those of the sessions that are open at a time.
    func entry(of sessions: [SessionRecord], at time: Timestamp) -> KeeperEntry {
        KeeperEntry(
            keeper,
            sessions: sessions.map { $0.session(name: keeper.name, role: keeper.role) }.filter {
                $0.isOpen(at: time)
            })
    }
}

/// A keeper in the list of all, with where they are signed in.
package struct KeeperEntry: Equatable, Sendable {
    package let keeper: Keeper
    /// What is open, the newest first.
    package let sessions: [KeeperSession]

    package init(_ keeper: Keeper, sessions: [KeeperSession]) {
        self.keeper = keeper
        self.sessions = sessions
    }
}

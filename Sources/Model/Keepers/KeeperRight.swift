/// What a request of a storekeeper takes, where it comes with a keeper's session. One that shows the store's token
/// alone is the operator's, who may do all of it.
package enum KeeperRight: CaseIterable, Sendable {
    /// No session is asked for: it is how one begins.
    case signIn
    /// Looks at what is not for everybody.
    case read
    /// Changes books, stock, orders, and whom they are for.
    case change
    /// Says what the shop says of itself.
    case settings
    /// Looks after the keepers themselves.
    case accounts

    /// What somebody without it may not do, for a person.
    package var words: String {
        switch self {
        case .signIn: "sign in"
        case .read: "look at this"
        case .change: "change anything"
        case .settings: "change the shop's settings"
        case .accounts: "look after the keepers"
        }
    }
}

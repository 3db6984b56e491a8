/// What a keeper is for the shop. The raw value is stored.
package enum KeeperRole: String, CaseIterable, Sendable {
    case owner, keeper, reader

    /// Whether keepers of this role may do what takes `right`.
    package func has(_ right: KeeperRight) -> Bool {
        switch right {
        case .signIn, .read: true
        case .change: self != .reader
        case .settings, .accounts: self == .owner
        }
    }

    /// With an article, for a person.
    package var words: String { self == .owner ? "an owner" : "a \(rawValue)" }
}

/// Why accounts stay as they are. The raw value is the code of the problem.
package enum KeeperConflict: String, CaseIterable, Sendable {
    case taken = "keeper_exists"
    case notFirst = "keepers_exist"
    case lastOwner = "last_owner"
    case full = "keepers_full"

    /// What is wrong and what to do, for a person.
    package func text(_ name: String) -> String {
        switch self {
        case .taken: "there is a keeper \(name) already; take another name, or give that one another password"
        case .notFirst: "there are keepers already; an owner adds further ones"
        case .lastOwner:
            "\(name) is the last owner; make somebody else an owner first"
        case .full: "there are \(Keeper.countMax) keepers, the most a store can have; remove one first"
        }
    }
}

internal import Model

/// A role in a form.
struct RoleChoice {
    let value: String
    let words: String
    let isCurrent: Bool

    static func all(_ current: KeeperRole?) -> [RoleChoice] {
        KeeperRole.allCases.map {
            RoleChoice(value: $0.rawValue, words: $0.meaning, isCurrent: $0 == current)
        }
    }
}

extension KeeperRole {
    fileprivate var meaning: String {
        switch self {
        case .owner: "Owner – all, and looks after keepers and settings"
        case .keeper: "Keeper – changes books and orders"
        case .reader: "Reader – looks and changes nothing"
        }
    }
}

/// A person who keeps the shop. The name is what the ledger says of who changed something.
package struct Keeper: Equatable, Sendable {
    /// Keepers of a store, at most.
    package static let countMax = 200

    package let name: String
    package let role: KeeperRole
    /// When the account was made.
    package let made: Timestamp

    /// Takes checked parts as they are.
    package init(name: String, role: KeeperRole, made: Timestamp) {
        self.name = name
        self.role = role
        self.made = made
    }

    /// A name as names are compared: two that differ in case or in how their letters are encoded are one.
    package static func folded(_ name: String) -> String {
        // Upper case first, so that ß is SS; and composed again, since a change of case may part letters.
        ShopText.composed(ShopText.kept(name).uppercased().lowercased())
    }
}

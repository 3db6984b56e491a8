package import Model
package import NIOCore
package import TierHTTP

extension Schema {
    static let newRole = Schema.object(["name": keeperName, "role": keeperRole], isClosed: true)
        .named("NewRole")
}

/// A keeper gets another role.
package struct NewRole: Encodable, Sendable {
    package let name: String
    package let role: KeeperRole

    package init(name: String, role: KeeperRole) {
        self.name = name
        self.role = role
    }
}

extension TierRequest {
    /// Fails with ``Model/StoreError/invalid(_:)`` for a body that is malformed.
    package func newRole() -> EventLoopFuture<NewRole> {
        json(known: ["name", "role"]) { NewRole(name: try $0.keeperName(), role: try $0.role()) }
    }
}

internal import Model
package import NIOCore
package import TierHTTP

extension Schema {
    static let newPassword = Schema.object(
        ["name": keeperName, "password": .string],
        optional: ["old_password": .string.saying("The keeper's own, who changes it.").orNull], isClosed: true
    ).named("NewPassword")
}

/// A keeper gets another password.
package struct NewPassword: Encodable, Sendable {
    private enum CodingKeys: String, CodingKey {
        case name, password
        case old = "old_password"
    }

    package let name: String
    package let password: String
    /// The password so far, which keepers say who change their own.
    package let old: String?

    package init(name: String, password: String, old: String? = nil) {
        self.name = name
        self.password = password
        self.old = old
    }
}

extension TierRequest {
    /// Fails with ``Model/StoreError/invalid(_:)`` for a body that is malformed.
    package func newPassword() -> EventLoopFuture<NewPassword> {
        json(known: ["name", "password", "old_password"]) { body in
            NewPassword(
                name: try body.keeperName(), password: try body.password("password"),
                old: try body.text("old_password"))
        }
    }
}

package import Model
package import NIOCore
package import TierHTTP

extension Schema {
    static let newKeeper = Schema.object(
        ["name": keeperName, "role": keeperRole],
        optional: [
            "password": .string,
            "password_hash": .string.saying("As the store hashes passwords: of one that was kept elsewhere."),
            "first": .boolean.saying("Only where there is no keeper yet."),
        ], anyOf: ["password", "password_hash"], isClosed: true
    ).named("NewKeeper")
}

/// A keeper who is added.
package struct NewKeeper: Sendable {
    /// What the keeper signs in with.
    package enum Password: Sendable {
        case typed(String)
        /// A hash as the store writes it.
        case hashed(String)
    }

    package let name: String
    package let role: KeeperRole
    package let password: Password
    /// Whether it is added only where there is no keeper yet.
    package let isFirst: Bool

    package init(name: String, role: KeeperRole, password: Password, isFirst: Bool = false) {
        self.name = name
        self.role = role
        self.password = password
        self.isFirst = isFirst
    }
}

extension NewKeeper: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, role, password, first
        case hash = "password_hash"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(name, forKey: .name)
        try members.encode(role, forKey: .role)
        switch password {
        case .typed(let password): try members.encode(password, forKey: .password)
        case .hashed(let hash): try members.encode(hash, forKey: .hash)
        }
        if isFirst { try members.encode(true, forKey: .first) }
    }
}

extension TierRequest {
    /// Fails with ``Model/StoreError/invalid(_:)`` for a body that is malformed.
    package func newKeeper() -> EventLoopFuture<NewKeeper> {
        json(known: ["name", "role", "password", "password_hash", "first"]) { body in
            let typed = try body.text("password").map(NewKeeper.Password.typed)
            let hashed = try body.text("password_hash").map(NewKeeper.Password.hashed)
            guard let password = typed ?? hashed else { throw body.fault("password", "is missing") }
            guard typed == nil || hashed == nil else {
                throw body.fault("password_hash", "is given beside password; give one of them")
            }
            return NewKeeper(
                name: try body.keeperName(), role: try body.role(), password: password,
                isFirst: try body.flag("first"))
        }
    }
}

extension JSONBody {
    /// A member that is true or false; false where it is missing or null.
    fileprivate func flag(_ name: String) throws(StoreError) -> Bool {
        switch value(name) {
        case nil, .null: false
        case .bool(let flag): flag
        default: throw fault(name, "is neither true nor false")
        }
    }
}

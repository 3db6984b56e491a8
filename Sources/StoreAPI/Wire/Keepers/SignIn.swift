internal import Model
package import NIOCore
package import TierHTTP

extension Schema {
    static let signIn = Schema.object(
        ["name": keeperName, "password": .string],
        optional: ["device": .string.saying("What signs in, as it calls itself.").orNull], isClosed: true
    ).named("SignIn")
}

/// What a keeper signs in with.
package struct SignIn: Encodable, Sendable {
    package let name: String
    package let password: String
    /// What signs in, as it calls itself.
    package let device: String?

    package init(name: String, password: String, device: String?) {
        self.name = name
        self.password = password
        self.device = device
    }
}

extension TierRequest {
    /// Fails with ``Model/StoreError/invalid(_:)`` for a body that is malformed.
    package func signIn() -> EventLoopFuture<SignIn> {
        json(known: ["name", "password", "device"]) { body in
            SignIn(
                name: try body.keeperName(), password: try body.password("password"),
                device: try body.text("device").flatMap { KeeperSession.device($0) })
        }
    }
}

extension JSONBody {
    /// The name of a keeper, as it is kept.
    func keeperName(_ name: String = "name") throws(StoreError) -> String {
        guard let keeper = try line(name, byteCountMax: KeeperRequest.actorByteCountMax) else {
            throw fault(name, "is missing")
        }
        return keeper
    }

    func role() throws(StoreError) -> KeeperRole {
        guard let name = try text("role") else { throw fault("role", "is missing") }
        guard let role = KeeperRole(rawValue: name) else {
            throw fault("role", "is none of \(KeeperRole.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return role
    }

    /// A password as it was typed, of any length.
    func password(_ name: String) throws(StoreError) -> String {
        guard let password = try text(name) else { throw fault(name, "is missing") }
        return password
    }
}

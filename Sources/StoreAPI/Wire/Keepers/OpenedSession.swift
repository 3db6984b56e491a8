package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let openedSessionResult = Schema.result(
        .all(
            .object(["session": .string(pattern: SessionSecret.pattern).saying("The secret that opens it.")]),
            keeperSession)
    ).named("OpenedSessionResult")
}

/// A session that was just opened, with the secret that opens it, which is told only here.
package struct OpenedSession: Sendable {
    package let secret: SessionSecret
    package let session: KeeperSession

    package init(secret: SessionSecret, session: KeeperSession) {
        self.secret = secret
        self.session = session
    }

    /// The answer that brings it.
    package var result: ByteBuffer {
        .result { json in
            json.writeString(#"{"session":"\#(secret.text)","#)
            session.writeMembers(to: &json)
            json.writeStaticString("}")
        }
    }
}

// As clients read it.
extension OpenedSession: Decodable {
    private enum CodingKeys: String, CodingKey {
        case session
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        guard let secret = SessionSecret(parsing: try members.decode(String.self, forKey: .session)) else {
            throw DecodingError.dataCorruptedError(
                forKey: .session, in: members, debugDescription: "no session")
        }
        self.init(secret: secret, session: try KeeperSession(from: decoder))
    }
}

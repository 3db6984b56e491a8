package import Model
package import NIOCore
package import TierHTTP

extension Schema {
    static let keeperName = Schema.string(lengthMax: KeeperRequest.actorByteCountMax)
    static let keeperRole = Schema.choice(KeeperRole.allCases.map(\.rawValue))

    static let removal = Schema.object(["name": keeperName], isClosed: true).named("Removal")

    static let keeperResult = Schema.result(
        .object(["name": .string, "role": keeperRole, "made": .time])
    ).named("KeeperResult")

    static let keeperList = Schema.result(
        .array(
            of: .object([
                "name": .string, "role": keeperRole, "made": .time, "sessions": .array(of: .keeperSession),
            ]))
    ).named("KeeperList")
}

extension Keeper {
    /// The answer that shows it.
    package var result: ByteBuffer {
        .result { json in
            writeMembers(to: &json)
            json.writeStaticString("}")
        }
    }

    fileprivate func writeMembers(to json: inout ByteBuffer) {
        json.writeStaticString(#"{"name":"#)
        json.writeJSONString(name)
        json.writeString(#","role":"\#(role.rawValue)","made":"\#(made)""#)
    }
}

extension KeeperEntry {
    /// The answer that lists keepers.
    package static func result(_ entries: [KeeperEntry]) -> ByteBuffer {
        .result { json in
            json.writeArray(entries) { json, entry in
                entry.keeper.writeMembers(to: &json)
                json.writeStaticString(#","sessions":"#)
                json.writeArray(entry.sessions) { $1.write(to: &$0) }
                json.writeStaticString("}")
            }
        }
    }
}

extension TierRequest {
    /// The name of the keeper who is removed. Fails with ``Model/StoreError/invalid(_:)`` for a body that is malformed.
    package func removal() -> EventLoopFuture<String> {
        json(known: ["name"]) { try $0.keeperName() }
    }
}

// As clients read them.
extension Keeper: Decodable {
    private enum CodingKeys: String, CodingKey {
        case name, role, made
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try members.decode(String.self, forKey: .name),
            role: try members.decode(KeeperRole.self, forKey: .role),
            made: try members.decode(Timestamp.self, forKey: .made))
    }
}

extension KeeperRole: Codable {}

extension KeeperEntry: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sessions
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try Keeper(from: decoder),
            sessions: try members.decode([KeeperSession].self, forKey: .sessions))
    }
}

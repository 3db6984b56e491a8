package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let keeperSession = Schema.object([
        "id": .string.saying("By which it can be ended."), "name": .string, "role": keeperRole,
        "opened": .time, "used": .time.saying("To a minute."),
        "expires": .time.saying("When it ends unless it is used before."), "device": .string.orNull,
    ]).named("KeeperSession")

    static let keeperSessionResult = Schema.result(keeperSession).named("KeeperSessionResult")
}

extension KeeperSession {
    /// The answer that shows it.
    package var result: ByteBuffer { .result { write(to: &$0) } }

    func write(to json: inout ByteBuffer) {
        json.writeStaticString("{")
        writeMembers(to: &json)
        json.writeStaticString("}")
    }

    func writeMembers(to json: inout ByteBuffer) {
        json.writeString(#""id":"\#(id)","name":"#)
        json.writeJSONString(name)
        json.writeString(
            #","role":"\#(role.rawValue)","opened":"\#(opened)","used":"\#(used)","expires":"\#(expires)","device":"#
        )
        json.writeJSONString(orNull: device)
    }
}

// As clients read it.
extension KeeperSession: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id, name, role, opened, used, device
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try members.decode(String.self, forKey: .id),
            name: try members.decode(String.self, forKey: .name),
            role: try members.decode(KeeperRole.self, forKey: .role),
            opened: try members.decode(Timestamp.self, forKey: .opened),
            used: try members.decode(Timestamp.self, forKey: .used),
            device: try members.decodeIfPresent(String.self, forKey: .device))
    }
}

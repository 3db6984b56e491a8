internal import Foundation
package import Model
package import NIOCore
package import TierHTTP

// The shop's settings as /shop and /settings show and take them.
extension Schema {
    static let shopProfileResult = Schema.result(
        .object(further: .bySetting(.string))
    ).named("ShopProfileResult")

    static let settingsResult = Schema.result(
        .array(
            of: .object([
                "setting": .choice(ShopSetting.allCases.map(\.rawValue)), "value": .string, "time": .time,
                "actor": .string.orNull,
            ]))
    ).named("SettingsResult")

    static let newSettings = Schema.object(
        optional: ["actor": .actor],
        further: .bySetting(Schema.string(lengthMax: ShopSetting.byteCountMax).orNull), isClosed: true
    ).named("NewSettings")
}

extension [String: Schema] {
    /// A member for each setting.
    fileprivate static func bySetting(_ schema: Schema) -> [String: Schema] {
        Dictionary(uniqueKeysWithValues: ShopSetting.allCases.map { ($0.rawValue, schema) })
    }
}

extension [KeptSetting] {
    /// The answer that shows their values.
    package var profile: ByteBuffer {
        .result { json in
            json.writeStaticString("{")
            for (index, kept) in enumerated() {
                json.writeString(#"\#(index == 0 ? "" : ",")"\#(kept.setting.rawValue)":"#)
                json.writeJSONString(kept.value)
            }
            json.writeStaticString("}")
        }
    }

    /// The answer that shows all of them.
    package var result: ByteBuffer {
        .result { json in
            json.writeArray(self) { json, kept in
                json.writeString(#"{"setting":"\#(kept.setting.rawValue)","value":"#)
                json.writeJSONString(kept.value)
                json.writeString(#","time":"\#(kept.time)","actor":"#)
                json.writeJSONString(orNull: kept.actor)
                json.writeStaticString("}")
            }
        }
    }
}

// As clients read and write them.
extension ShopSetting: Decodable {}

extension KeptSetting: Decodable {
    private enum CodingKeys: String, CodingKey {
        case setting, value, time, actor
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try members.decode(ShopSetting.self, forKey: .setting),
            value: try members.decode(String.self, forKey: .value),
            time: try members.decode(Timestamp.self, forKey: .time),
            actor: try members.decodeIfPresent(String.self, forKey: .actor))
    }
}

extension SettingsChange: Encodable {
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.singleValueContainer()
        var texts: [String: String?] = ["actor": actor]
        for (setting, value) in values { texts.updateValue(value, forKey: setting.rawValue) }
        try members.encode(texts)
    }
}

extension TierRequest {
    /// New settings of the shop, as they are kept; read strictly.
    package func newSettings() -> EventLoopFuture<SettingsChange> {
        json(known: Set(ShopSetting.allCases.map(\.rawValue) + ["actor"])) { body in
            var values: [ShopSetting: String?] = [:]
            for setting in ShopSetting.allCases where body.value(setting.rawValue) != nil {
                let text = try body.text(setting.rawValue)
                if let text, let fault = text.isEmpty ? "is empty; null removes it" : setting.fault(in: text)
                {
                    throw body.fault("\(setting.rawValue) \(ShownText.quoted(text))", fault)
                }
                values.updateValue(text.map(setting.kept), forKey: setting)
            }
            let said = try body.note("actor", byteCountMax: KeeperRequest.actorByteCountMax)
            return SettingsChange(values, actor: keeper?.name ?? said)
        }
    }
}

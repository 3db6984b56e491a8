internal import Model
package import NIOCore
package import TierHTTP

extension Schema {
    static let endSessions = Schema.object(
        optional: ["id": .string, "keeper": keeperName], anyOf: ["id", "keeper"], isClosed: true
    ).named("EndSessions")

    static let endedSessions = Schema.result(.object(["ended": .count])).named("EndedSessions")
}

/// Which sessions end.
package enum EndedSessions: Encodable, Sendable {
    case id(String)
    case keeper(String)

    private enum CodingKeys: String, CodingKey {
        case id, keeper
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .id(let id): try members.encode(id, forKey: .id)
        case .keeper(let name): try members.encode(name, forKey: .keeper)
        }
    }

    /// The answer that says how many there were.
    package static func result(_ count: Int) -> ByteBuffer {
        .result { $0.writeString(#"{"ended":\#(count)}"#) }
    }
}

extension TierRequest {
    /// Fails with ``Model/StoreError/invalid(_:)`` for a body that is malformed.
    package func endedSessions() -> EventLoopFuture<EndedSessions> {
        json(known: ["id", "keeper"]) { body in
            switch (try body.text("id"), try body.text("keeper")) {
            case (let id?, nil): return .id(id)
            case (nil, .some): return .keeper(try body.keeperName("keeper"))
            case (nil, nil): throw body.fault("id", "is missing, and so is keeper")
            case (.some, .some): throw body.fault("keeper", "is given beside id; give one of them")
            }
        }
    }
}

package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let webhookNumber = Schema.integer(min: 1)
    static let eventKinds = Schema.array(
        of: .choice(StoreEvent.Kind.allCases.map(\.rawValue)), count: 1...StoreEvent.Kind.allCases.count)

    private static let webhook = Schema.object(
        [
            "webhook": webhookNumber, "url": .string, "kinds": eventKinds,
            "position": .count.saying("The movement through which it was told."), "made": .time,
            "dead_letters": .count.saying("Letters that were given up."),
            "attempts": .count.saying("How often what comes next was tried in vain."),
        ],
        optional: [
            "actor": .string, "failing_since": .time,
            "answer": .string.saying("What came of the last attempt."),
            "ended": .time.saying("When it answered that it is gone (410); it is told nothing more."),
        ]
    ).named("Webhook")

    static let webhookResult = Schema.result(webhook)
    static let webhookList = Schema.result(.array(of: webhook))
}

extension Webhook {
    package var result: ByteBuffer { .result { write(to: &$0) } }

    package func write(to json: inout ByteBuffer) {
        json.writeString(#"{"webhook":\#(number),"url":"#)
        json.writeJSONString(url.description)
        json.writeStaticString(#","kinds":"#)
        json.writeArray(kinds) { $0.writeJSONString($1.rawValue) }
        json.writeString(#","position":\#(position),"made":"\#(made)""#)
        if let actor {
            json.writeStaticString(#","actor":"#)
            json.writeJSONString(actor)
        }
        json.writeString(#","dead_letters":\#(deadCount),"attempts":\#(failure?.attemptCount ?? 0)"#)
        if let failure {
            json.writeString(#","failing_since":"\#(failure.since)","answer":"#)
            json.writeJSONString(failure.answer)
        }
        if let ended { json.writeString(#","ended":"\#(ended)""#) }
        json.writeStaticString("}")
    }
}

// As clients read it.
extension Webhook: Decodable {
    private enum CodingKeys: String, CodingKey {
        case url, kinds, position, made, actor, attempts, answer, ended
        case number = "webhook"
        case deadCount = "dead_letters"
        case failingSince = "failing_since"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let since = try members.decodeIfPresent(Timestamp.self, forKey: .failingSince)
        let attemptCount = try members.decode(Int64.self, forKey: .attempts)
        let answer = try members.decodeIfPresent(String.self, forKey: .answer)
        self.init(
            number: try members.decode(Int64.self, forKey: .number),
            url: try OutsideURL(parsing: members.decode(String.self, forKey: .url)),
            kinds: try members.decode([StoreEvent.Kind].self, forKey: .kinds),
            position: try members.decode(Int64.self, forKey: .position),
            made: try members.decode(Timestamp.self, forKey: .made),
            actor: try members.decodeIfPresent(String.self, forKey: .actor),
            failure: since.map {
                Failure(attemptCount: attemptCount, since: $0, answer: answer ?? "")
            }, ended: try members.decodeIfPresent(Timestamp.self, forKey: .ended),
            deadCount: try members.decode(Int64.self, forKey: .deadCount))
    }
}

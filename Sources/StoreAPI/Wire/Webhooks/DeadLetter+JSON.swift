package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let deadLetterPage = Schema.page(
        of: .object([
            "webhook": webhookNumber, "sequence": .integer(min: 1).saying("The number of the movement."),
            "attempts": .integer(min: 1), "answer": .string.saying("What came of the last attempt."),
            "time": .time, "resending": .boolean.saying("Whether it is about to be sent again."),
        ])
    ).named("DeadLetterPage")

    static let resentCount = Schema.result(
        .object(["resending": .count.saying("Letters that are sent again now.")])
    ).named("ResentCount")
}

extension DeadLetter {
    package func write(to json: inout ByteBuffer) {
        json.writeString(
            #"{"webhook":\#(webhook),"sequence":\#(sequence),"attempts":\#(attemptCount),"answer":"#)
        json.writeJSONString(answer)
        json.writeString(#","time":"\#(time)","resending":\#(isWanted)}"#)
    }
}

// As clients read it.
extension DeadLetter: Decodable {
    private enum CodingKeys: String, CodingKey {
        case webhook, sequence, attempts, answer, time, resending
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            webhook: try members.decode(Int64.self, forKey: .webhook),
            sequence: try members.decode(Int64.self, forKey: .sequence),
            attemptCount: try members.decode(Int64.self, forKey: .attempts),
            answer: try members.decode(String.self, forKey: .answer),
            time: try members.decode(Timestamp.self, forKey: .time),
            isWanted: try members.decode(Bool.self, forKey: .resending))
    }
}

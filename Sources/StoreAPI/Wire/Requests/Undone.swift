package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let undone = Schema.result(
        .object([
            "retired": .count, "changed": .count,
            "left": .array(of: .object(["item_number": .itemNumber, "reason": .string])).saying(
                "The first of what was changed since and stays."),
            "left_count": .count,
        ])
    ).named("Undone")
}

/// What came of undoing an import.
package struct Undone: Decodable, Sendable {
    /// Books that are out of the shop again.
    package let retired: Int
    /// Books that are set back.
    package let changed: Int
    /// The first of what stays.
    package let left: [UndoReport.Left]
    package let leftCount: Int

    package init(_ report: UndoReport) {
        retired = report.retiredCount
        changed = report.changedCount
        left = report.left
        leftCount = report.leftCount
    }

    private enum CodingKeys: String, CodingKey {
        case retired, changed, left
        case leftCount = "left_count"
    }

    /// The answer that says so.
    package var result: ByteBuffer {
        .result { json in
            json.writeString(#"{"retired":\#(retired),"changed":\#(changed),"left":"#)
            json.writeArray(left) { json, left in
                json.writeString(#"{"item_number":"\#(left.item)","reason":"#)
                json.writeJSONString(left.reason)
                json.writeStaticString("}")
            }
            json.writeString(#","left_count":\#(leftCount)}"#)
        }
    }
}

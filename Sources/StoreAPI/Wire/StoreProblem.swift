internal import Foundation
package import Model
internal import NIOCore
internal import NIOHTTP1
package import TierHTTP

/// An error as the store tells it. What the answer of another program does not say is nil.
package struct StoreProblem: Decodable, Sendable {
    package private(set) var status = 0
    /// What is wrong, for a person.
    package private(set) var detail: String?
    /// The server that is down.
    package private(set) var dependency: String?
    /// What a book costs that is too expensive.
    package private(set) var price: Cents?
    /// Books that are not what the sender took them for, as they are.
    package private(set) var current: [BookDetails]?
    /// Lines of an order of which there are not enough copies.
    package private(set) var short: [ShortLine]?
    /// What an order costs that should cost something else.
    package private(set) var total: Cents?
    /// What is wrong, for a program.
    package private(set) var code: String?
    /// Lines of a file that were refused.
    package private(set) var lines: [RefusedLine]?
    /// How many there are, which may be more than are named.
    package private(set) var lineCount: Int?
    private var outcome: String?
    private var wasRepeated = false

    /// Whether what was asked for may have been done all the same: unless the store knows better, of this request and
    /// of an earlier copy that got no answer.
    package var isOutcomeUnknown: Bool { status >= 500 && (wasRepeated || outcome != "none") }

    /// Reads an answer that is no success.
    package init(_ answer: TierAnswer) {
        let members = try? JSONDecoder().decode(
            StoreProblem.self, from: Data(answer.body.readableBytesView))
        if let members { self = members }
        status = Int(answer.status.code)
        wasRepeated = answer.wasRepeated
    }

    private enum CodingKeys: String, CodingKey {
        case detail, dependency, current, lines, outcome, short, total, code
        case price = "cost"
        case lineCount = "line_count"
    }
}

extension ShortLine: Decodable {
    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case wanted, stock
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            item: try members.decode(ItemNumber.self, forKey: .item),
            wanted: try members.decode(Int64.self, forKey: .wanted),
            stock: try members.decode(Int64.self, forKey: .stock))
    }
}

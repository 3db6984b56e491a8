internal import Foundation
package import NIOCore

/// A successful answer: `{"result": …}`, in a list with `next` and perhaps `count`.
package struct StoreAnswer<Result: Decodable & Sendable>: Sendable {
    private struct Members: Decodable {
        let result: Result
        let next: String?
        let count: Int?
    }

    package let result: Result
    /// The value of `after`, or of `page`, that brings the next page of a list; nil on the last.
    package let next: String?
    /// How many there are on all pages; nil where the store does not count them.
    package let count: Int?
    private let body: ByteBuffer

    /// Reads an answer's body.
    package init(_ body: ByteBuffer) throws {
        let members = try JSONDecoder().decode(Members.self, from: Data(body.readableBytesView))
        result = members.result
        next = members.next
        count = members.count
        self.body = body
    }

    /// The answer as it came.
    package var text: String { String(buffer: body) }
}

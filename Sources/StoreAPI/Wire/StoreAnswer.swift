internal import Foundation
package import NIOCore

/// A successful answer: `{"result": …}`, in a list with `next`.
package struct StoreAnswer<Result: Decodable & Sendable>: Sendable {
    private struct Members: Decodable {
        let result: Result
        let next: String?
    }

    package let result: Result
    /// The value of `after` that brings the next page of a list; nil on the last.
    package let next: String?
    private let body: ByteBuffer

    /// Reads an answer's body.
    package init(_ body: ByteBuffer) throws {
        let members = try JSONDecoder().decode(Members.self, from: Data(body.readableBytesView))
        result = members.result
        next = members.next
        self.body = body
    }

    /// The answer as it came.
    package var text: String { String(buffer: body) }
}

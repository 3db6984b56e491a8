internal import Model
internal import Monitoring
package import NIOCore
package import NIOHTTP1

/// A tier's answer, whatever its status.
package struct TierAnswer: Sendable {
    /// The status code.
    package let status: HTTPResponseStatus
    /// The header fields.
    package let fields: AnswerFields
    package let body: ByteBuffer
    /// Who answered.
    package let peer: PeerKind
    /// Whether an earlier copy of the request got no answer, and may have been carried out.
    package let wasRepeated: Bool

    /// The members of the body that are text; none where it is no JSON object.
    package var texts: [String: String] {
        ((try? JSONReader.value(in: body))?.members ?? [:]).compactMapValues(\.text)
    }
}

extension Result where Success == TierAnswer, Failure == any Error {
    /// What `read` makes of the answer, or throws because of it.
    package func read<Value>(_ read: (TierAnswer) throws -> Value) -> Result<Value, any Error> {
        Result<Value, any Error> { try read(try get()) }
    }
}

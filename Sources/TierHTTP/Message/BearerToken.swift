package import Model
internal import NIOHTTP1

/// The store's token (RFC 6750): whoever shows it may change and list things. The tiers show it to each
/// other. It has no text form, so that it cannot slip into a log.
package struct BearerToken: Sendable, CustomStringConvertible {
    /// How long a token may be, in bytes. Shorter ones could be guessed over the network.
    package static let byteCounts = 16...512

    private let bytes: [UInt8]

    /// Takes 16 … 512 visible ASCII characters.
    ///
    /// - Throws: ``Model/LineFault`` that says what is wrong, without the token.
    package init(parsing text: some StringProtocol) throws(LineFault) {
        bytes = Array(text.utf8)
        guard Self.byteCounts.contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw LineFault(
                "the token is not \(Self.byteCounts.lowerBound) to \(Self.byteCounts.upperBound) visible ASCII characters"
            )
        }
    }

    /// Says nothing.
    package var description: String { "(secret)" }

    /// The value of the `Authorization` field that shows it.
    var field: String { Self.scheme + String(decoding: bytes, as: UTF8.self) }

    private static let scheme = "Bearer "

    /// Whether a request shows this token. Takes the same time wherever a wrong one differs.
    func isShown(in headers: HTTPHeaders) -> Bool {
        let fields = headers["authorization"]
        guard fields.count == 1 else { return false }
        let field = fields[0].utf8
        guard field.count > Self.scheme.utf8.count,
            zip(field, Self.scheme.utf8).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
        else { return false }
        let shown = Array(field.dropFirst(Self.scheme.utf8.count))
        var difference = UInt8(shown.count == bytes.count ? 0 : 1)
        for (index, byte) in shown.enumerated() { difference |= byte ^ bytes[index % bytes.count] }
        return difference == 0
    }

    /// The answer to a request that does not show it.
    static var problem: Problem {
        var problem = Problem(
            .unauthorized, "this needs the store's token, as the field 'Authorization: Bearer TOKEN'")
        problem.fields = [("www-authenticate", #"Bearer realm="bookstore""#)]
        return problem
    }
}

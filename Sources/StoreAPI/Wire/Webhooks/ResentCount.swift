/// How many letters are sent again.
package struct ResentCount: Decodable, Sendable {
    private enum CodingKeys: String, CodingKey {
        case count = "resending"
    }

    package let count: Int64
}

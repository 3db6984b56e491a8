internal import TierHTTP

/// How many books a file brought, or would bring.
package struct Imported: Decodable, Sendable {
    package let books: Int
}

extension Schema {
    static let imported = Schema.result(.object(["books": .integer()])).named("Imported")
}

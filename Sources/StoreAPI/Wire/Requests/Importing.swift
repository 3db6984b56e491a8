internal import TierHTTP

/// How far the import is that is under way.
package struct Importing: Decodable, Sendable {
    /// Lines.
    package let read: Int
    /// Books.
    package let written: Int
}

extension Schema {
    static let importing = Schema.result(
        .object(["read": count.saying("Lines."), "written": count.saying("Books.")])
    ).named("Importing")
}

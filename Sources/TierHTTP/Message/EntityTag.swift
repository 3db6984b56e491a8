/// `If-None-Match` (RFC 9110, 13.1.2).
package enum EntityTag {
    /// Whether the fields of a request name the tag that its answer has, or any. A tag is weak or strong: that
    /// makes no difference here, and the compressed form of a page has the tag of the page.
    ///
    /// - Parameter tag: with its quotes and no comma in it.
    package static func isNamed(_ tag: String, in fields: some Sequence<String>) -> Bool {
        let wanted = opaque(tag[...])
        return fields.contains { field in
            field.split(separator: ",").contains { part in
                let named = part.drop { $0 == " " || $0 == "\t" }
                    .prefix { $0 != " " && $0 != "\t" }
                return named == "*" || opaque(named) == wanted
            }
        }
    }

    private static func opaque(_ tag: Substring) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag }
}

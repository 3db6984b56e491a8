package import Model

/// A well-known book in the public domain, in the United States or where it came out.
package struct DemoBook: Sendable {
    package let title: String
    package let authors: [String]
    /// When it came out or was written, as it is commonly given; nil for what is older than our era or undated.
    package let year: Int?
    /// A BCP 47 tag such as `en` or `zh-Hans`.
    package let language: String
    package let topic: String

    /// What a store knows of it besides title and topic.
    package var facts: BookFacts {
        var facts = BookFacts([
            .authors: authors.joined(separator: "; "), .language: language,
        ])
        if let year { facts[.published] = String(String(10_000 + year).dropFirst()) }
        return facts
    }
}

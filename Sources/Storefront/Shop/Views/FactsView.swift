internal import Foundation
internal import Model

/// What is known of a book, as its page shows it.
struct FactsView {
    struct Line {
        let label: String
        let text: String
    }

    let authors: String?
    /// The paragraphs of the description: text, whatever is in it.
    let paragraphs: [String]
    let lines: [Line]

    init(_ facts: BookFacts) {
        authors = facts[.authors].map { _ in facts.authors.joined(separator: ", ") }
        paragraphs = (facts[.description] ?? "").components(separatedBy: "\n\n").filter { !$0.isEmpty }
        lines = facts.known.compactMap { fact, text in
            Self.words(fact, text).map { Line(label: fact.label, text: $0) }
        }
    }

    /// A fact of one line; nil for one that has its own place.
    private static func words(_ fact: BookFact, _ text: String) -> String? {
        switch fact {
        case .isbn, .publisher: text
        case .published: Wording.date(text)
        case .language: Wording.language(text)
        case .authors, .description, .cover: nil
        }
    }
}

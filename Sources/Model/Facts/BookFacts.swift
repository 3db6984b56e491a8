/// What is known of a book besides the contract's fields. Every fact may be missing.
package struct BookFacts: Equatable, Sendable {
    /// No fact at all.
    package static let none = BookFacts()

    private var texts: [BookFact: String] = [:]

    /// Facts as they are kept: see ``BookFact/kept(_:)``.
    package init(_ texts: [BookFact: String] = [:]) { self.texts = texts }

    package var isEmpty: Bool { texts.isEmpty }

    /// A fact as it is kept; nil where it is not known. A list is one text.
    package subscript(fact: BookFact) -> String? {
        get { texts[fact] }
        set { texts[fact] = newValue }
    }

    /// The facts that are known, in the order of ``BookFact``.
    package var known: [(fact: BookFact, text: String)] {
        BookFact.allCases.compactMap { fact in texts[fact].map { (fact, $0) } }
    }

    package var authors: [String] { texts[.authors].map { BookFact.authors.parts(of: $0) } ?? [] }

    /// These facts after an edit.
    package func applying(_ changes: [BookFact: String?]) -> BookFacts {
        var facts = self
        for (fact, text) in changes { facts[fact] = text }
        return facts
    }

    // By their bytes: as Swift strings, two spellings of one letter are equal.
    package static func == (left: BookFacts, right: BookFacts) -> Bool {
        left.texts.count == right.texts.count
            && left.texts.allSatisfy { fact, text in
                right.texts[fact]?.utf8.elementsEqual(text.utf8) ?? false
            }
    }

    // MARK: JSON

    /// The members of a JSON object, by the names of the facts: a list as an array, all others as strings.
    package var members: [(name: String, json: String)] {
        known.map { ($0.fact.rawValue, $0.fact.json($0.text)) }
    }

    /// A JSON object on one line.
    package var json: String { JSONText.object(members) }

    /// Reads what a database keeps: ``json``, or nothing where no fact is known.
    ///
    /// - Throws: ``JSONFault`` for what is no JSON.
    package init(json: String?) throws(JSONFault) {
        self.init(try JSONReader.value(in: Array((json ?? "null").utf8)))
    }

    /// Reads what ``json`` writes; what else stands there is not looked at.
    package init(_ value: JSONValue) {
        for fact in BookFact.allCases { texts[fact] = value.members?[fact.rawValue].flatMap(fact.text) }
    }
}

extension BookFact {
    /// A text of it as JSON.
    package func json(_ text: String) -> String {
        guard isList else { return JSONText.quoted(text) }
        return "[" + parts(of: text).map(JSONText.quoted).joined(separator: ",") + "]"
    }

    /// Its text from JSON: a string, or for a list also an array of them; nil for anything else. It is not checked.
    package func text(_ value: JSONValue) -> String? {
        guard isList, case .array(let values) = value else { return value.text }
        let parts = values.compactMap(\.text)
        return parts.count == values.count ? self.text(of: parts) : nil
    }
}

// Its name is the name of a member.
extension BookFact: CodingKey {}

extension BookFact {
    /// Writes a text as a member: a list as an array, nil as null.
    package func encode(_ text: String?, to members: inout KeyedEncodingContainer<BookFact>) throws {
        if let text, isList {
            try members.encode(parts(of: text), forKey: self)
        } else {
            try members.encode(text, forKey: self)
        }
    }
}

extension BookFacts: Codable {
    /// Reads the members of a book's answer that are facts.
    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: BookFact.self)
        for fact in BookFact.allCases {
            texts[fact] =
                fact.isList
                ? try members.decodeIfPresent([String].self, forKey: fact).map(fact.text(of:))
                : try members.decodeIfPresent(String.self, forKey: fact)
        }
    }

    /// Writes them as members.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: BookFact.self)
        for (fact, text) in known { try fact.encode(text, to: &members) }
    }
}

internal import Model
internal import StoreAPI

/// A book and its offer as JSON-LD in the vocabulary of schema.org, for search engines.
enum BookMarkup {
    /// The text of a `script` element of the type `application/ld+json`.
    ///
    /// - Parameters:
    ///   - address: the book's page.
    ///   - image: the address of its cover; nil where no keeper gave it one.
    static func json(_ book: Book, _ facts: BookFacts, address: String, image: String? = nil) -> String {
        let text = JSONText.quoted
        var members: [(name: String, json: String)] = [
            ("@context", text("https://schema.org")), ("@type", text("Book")), ("@id", text(address)),
            ("url", text(address)), ("name", text(book.title)), ("genre", text(book.topic)),
        ]
        for (fact, value) in facts.known {
            if let member = member(fact, value) { members.append(member) }
        }
        if let image { members.append(("image", text(image))) }
        members.append(("offers", offer(book, address: address)))
        return safe(JSONText.object(members))
    }

    private static func member(_ fact: BookFact, _ text: String) -> (name: String, json: String)? {
        switch fact {
        case .isbn: ("isbn", JSONText.quoted(text))
        case .authors:
            (
                "author",
                "[" + fact.parts(of: text).map { thing("Person", name: $0) }.joined(separator: ",") + "]"
            )
        case .publisher: ("publisher", thing("Organization", name: text))
        case .published: ("datePublished", JSONText.quoted(text))
        case .language: ("inLanguage", JSONText.quoted(text))
        case .description: ("description", JSONText.quoted(text))
        case .cover: nil
        }
    }

    private static func thing(_ type: String, name: String) -> String {
        JSONText.object([("@type", JSONText.quoted(type)), ("name", JSONText.quoted(name))])
    }

    private static func offer(_ book: Book, address: String) -> String {
        let availability = StockWords(book.stock).isSoldOut ? "OutOfStock" : "InStock"
        return JSONText.object([
            ("@type", JSONText.quoted("Offer")), ("url", JSONText.quoted(address)),
            ("price", JSONText.quoted(book.price.description)),
            ("priceCurrency", JSONText.quoted(ShopProfile.current.currency.code)),
            ("availability", JSONText.quoted("https://schema.org/\(availability)")),
            ("itemCondition", JSONText.quoted("https://schema.org/NewCondition")),
        ])
    }

    /// Escapes what could end the script element, or begin a comment in it (HTML Standard, 4.12.1.3): a browser
    /// reads no entities there.
    private static func safe(_ json: String) -> String {
        var safe = ""
        // Scalars, not characters: a bracket with an accent on it is a bracket to a browser.
        for scalar in json.unicodeScalars {
            switch scalar {
            case "<": safe += #"\u003c"#
            case ">": safe += #"\u003e"#
            case "&": safe += #"\u0026"#
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}

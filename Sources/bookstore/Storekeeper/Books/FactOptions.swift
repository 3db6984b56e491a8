internal import ArgumentParser
internal import Model

/// What is known of a book besides its title, topic, price and stock.
struct FactOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Its ISBN of 13 or 10 digits, with hyphens or without.", valueName: "isbn"))
    var isbn: String?
    @Option(
        name: .customLong("author"),
        help: ArgumentHelp("Who wrote it; given once for each of several authors.", valueName: "name"))
    var authors: [String] = []
    @Option(help: ArgumentHelp("Who brings it out.", valueName: "name")) var publisher: String?
    @Option(help: ArgumentHelp("The year or date of it, such as 1869 or 1869-03-01.", valueName: "date"))
    var published: String?
    @Option(help: ArgumentHelp("Its language, such as en or pt-BR.", valueName: "tag")) var language: String?
    @Option(
        name: .customLong("description"),
        help: ArgumentHelp("What it is about, in plain text.", valueName: "text"))
    var summary: String?

    func validate() throws { _ = try given }

    /// The facts that are given, as they are kept.
    ///
    /// - Throws: `ValidationError` that names the option of a wrong one.
    var given: BookFacts {
        get throws {
            var facts = BookFacts.none
            for fact in BookFact.allCases {
                guard let (option, text) = option(of: fact) else { continue }
                do throws(LineFault) {
                    facts[fact] = try fact.kept(text)
                } catch {
                    throw ValidationError("\(option): \(error.reason)")
                }
            }
            return facts
        }
    }

    private func option(of fact: BookFact) -> (name: String, text: String)? {
        switch fact {
        case .isbn: isbn.map { ("--isbn", $0) }
        case .authors: authors.isEmpty ? nil : ("--author", fact.text(of: authors))
        case .publisher: publisher.map { ("--publisher", $0) }
        case .published: published.map { ("--published", $0) }
        case .language: language.map { ("--language", $0) }
        case .description: summary.map { ("--description", $0) }
        // An image is no argument.
        case .cover: nil
        }
    }
}

extension BookFact: ExpressibleByArgument {}

internal import ArgumentParser
internal import Model
internal import StoreClient

/// `bookstore books edit`
struct EditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Correct the title, topic or details of a book.",
        discussion: """
            Examples:
              bookstore books edit 7 --title Emma --isbn 978-0-14-143958-7
              bookstore books edit 7 --author 'Jane Austen' --remove publisher

            What is not named stays. --author names all authors anew. The ledger keeps what was changed from what \
            to what; prices and copies are changed by reprice and restock.
            """)

    @Argument(help: "The book's item number.") var item: String
    @Option(help: "The new title.") var title: String?
    @Option(help: "The new topic.") var topic: String?
    @OptionGroup var facts: FactOptions
    @Option(
        help: ArgumentHelp(
            "A detail to take away; given once for each of several.", valueName: "detail"))
    var remove: [BookFact] = []
    @Option(
        help: ArgumentHelp("Change it only while the book has this version, as show says.", valueName: "n"))
    var expectVersion: Int64?
    @OptionGroup var change: ChangeOptions
    @OptionGroup var keeper: KeeperOptions

    func validate() throws {
        try ArgumentCheck.checkText(title, "--title", byteCountMax: ShopText.titleByteCountMax)
        try ArgumentCheck.checkText(topic, "--topic", byteCountMax: ShopText.topicByteCountMax)
        try ArgumentCheck.check(expectVersion, "--expect-version", in: 0...Int64.max)
        guard try !edit.isEmpty else {
            throw ValidationError("there is nothing to edit: give --title, --topic or a detail")
        }
    }

    private var edit: BookEdit {
        get throws {
            let given = try facts.given
            var edit = BookEdit(
                item: try ArgumentCheck.item(item), title: title.map(ShopText.kept),
                topic: topic.map(ShopText.kept))
            for (fact, text) in given.known { edit.facts[fact] = text }
            for fact in remove {
                guard given[fact] == nil else {
                    throw ValidationError("--remove \(fact.rawValue) contradicts its new value")
                }
                edit.facts.updateValue(nil, forKey: fact)
            }
            return edit
        }
    }

    func run() async throws {
        let edit = try edit
        let key = try change.keyOrNew()
        let compared = { Self.comparison(of: edit, with: $0) }
        try await KeeperConnection.open(keeper, current: compared) { store in
            let edited = try await store.edit(
                edit, expectedVersion: expectVersion, actor: change.actorOrUser, reason: change.reason,
                key: key)
            BooksCommand.Show.show(edited, isJSON: keeper.json)
        }
    }

    /// What a book has where the edit wants something else: both are shown.
    private static func comparison(of edit: BookEdit, with found: BookDetails) -> [String] {
        let wanted = edit.difference(from: found.book, found.facts)
        var rows: [(String, there: String?, wanted: String?)] = []
        if let title = wanted.title { rows.append(("title", found.book.title, title)) }
        if let topic = wanted.topic { rows.append(("topic", found.book.topic, topic)) }
        for fact in BookFact.allCases {
            if let text = wanted.facts[fact] { rows.append((fact.rawValue, found.facts[fact], text)) }
        }
        let shown = { (text: String?) in text.map { ShownText.quoted($0) } ?? "nothing" }
        return ["  now: book \(found.book.item), version \(found.version)"]
            + rows.map { "  its \($0.0) is \(shown($0.there)), not changed to \(shown($0.wanted))" }
    }
}

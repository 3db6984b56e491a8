internal import Model

/// What a run's storekeeper did, one deed after the other, and what the store must say since. Nobody else does such
/// things. It reads nothing itself.
struct KeeperRecord: Sendable {
    private var deeds: [KeeperDeed] = []
    private var titles: [ItemNumber: String] = [:]
    private var facts: [ItemNumber: BookFacts] = [:]
    private var retired: Set<ItemNumber> = []

    /// The books that were not left alone.
    var items: Set<ItemNumber> { Set(deeds.map(\.item)) }

    func isRetired(_ item: ItemNumber) -> Bool { retired.contains(item) }

    /// Adds a deed that was answered.
    mutating func add(_ deed: KeeperDeed) {
        deeds.append(deed)
        let item = deed.item
        titles[item] = deed.edit.title ?? titles[item]
        facts[item] = facts[item, default: .none].applying(deed.edit.facts)
        if deed.kind == .retire { retired.insert(item) }
        if deed.kind == .restore { retired.remove(item) }
    }

    // MARK: Checks

    /// What is wrong with a book as a storekeeper is shown it.
    func findings(_ shown: BookDetails) -> [Finding] {
        let item = shown.book.item
        let expected = facts[item, default: .none]
        var findings = self.findings(shown.book)
        if shown.facts != expected {
            findings.append(
                Finding(.lost, "facts of book \(item): expected \(expected.json), found \(shown.facts.json)"))
        }
        if shown.isRetired != isRetired(item) {
            findings.append(
                Finding(.lost, "book \(item): expected retired \(isRetired(item)), found \(shown.isRetired)"))
        }
        return findings
    }

    /// What is wrong with a book as a customer is shown it.
    func findings(_ shown: Book) -> [Finding] {
        guard let title = titles[shown.item], title != shown.title else { return [] }
        return [Finding(.lost, "title of book \(shown.item): expected '\(title)', found '\(shown.title)'")]
    }

    /// Checks that the ledger has each deed once, and in the order in which they were done.
    ///
    /// - Parameter movements: all edits, retirements and returns, the oldest first.
    func findings(_ movements: [Movement]) -> [Finding] {
        let expected = deeds.map(\.text)
        let found = movements.map(KeeperDeed.text)
        guard found != expected else { return [] }
        let counts = Dictionary(found.map { ($0, 1) }, uniquingKeysWith: +)
        let wrong = expected.compactMap { text -> Finding? in
            switch counts[text, default: 0] {
            case 0: Finding(.lost, "\(text): answered, found no movement in the ledger")
            case 1: nil
            case let count: Finding(.duplicated, "\(text): expected one movement, found \(count)")
            }
        }
        guard wrong.isEmpty else { return wrong }
        let text = "the storekeeper's movements: expected \(expected.count), found \(found.count)"
        return [Finding(.unbalanced, "\(text), or not in this order")]
    }
}

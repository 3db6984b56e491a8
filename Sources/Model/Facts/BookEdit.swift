/// A change of what is said of a book: its title, its topic, its facts. Price and stock are ``StockChange``'s.
package struct BookEdit: Equatable, Sendable {
    /// The book.
    package let item: ItemNumber
    /// The new title; nil leaves it.
    package var title: String?
    /// The new topic; nil leaves it.
    package var topic: String?
    /// New facts; nil removes one. What is not named stays.
    package var facts: [BookFact: String?]

    /// Takes checked parts as they are.
    package init(
        item: ItemNumber, title: String? = nil, topic: String? = nil, facts: [BookFact: String?] = [:]
    ) {
        self.item = item
        self.title = title
        self.topic = topic
        self.facts = facts
    }

    /// Whether it changes nothing, whatever the book is.
    package var isEmpty: Bool { title == nil && topic == nil && facts.isEmpty }

    /// What of it a book does not have yet.
    package func difference(from book: Book, _ known: BookFacts) -> BookEdit {
        var edit = self
        if let title, title.utf8.elementsEqual(book.title.utf8) { edit.title = nil }
        if let topic, topic.utf8.elementsEqual(book.topic.utf8) { edit.topic = nil }
        edit.facts = facts.filter { fact, text in
            switch (text, known[fact]) {
            case (nil, nil): false
            case (let text?, let known?): !text.utf8.elementsEqual(known.utf8)
            default: true
            }
        }
        return edit
    }

    /// Whether all of it is asked for by another edit of the same book.
    package func isPart(of other: BookEdit) -> Bool {
        let same = { (mine: String?, theirs: String?) in
            mine.map { $0.utf8.elementsEqual((theirs ?? "").utf8) } ?? true
        }
        return item == other.item && same(title, other.title) && same(topic, other.topic)
            && facts.allSatisfy { fact, text in
                guard let asked = other.facts[fact] else { return false }
                return text.map { $0.utf8.elementsEqual((asked ?? "").utf8) } ?? (asked == nil)
            }
    }

    // MARK: The log

    static let titleName = "title"
    static let topicName = "topic"

    /// How its line in the catalog log begins; the book's number and the change follow.
    package static let prefix = "edit,"

    /// The line of the catalog log that records it, without a line break: `edit,N,{"title":"…","isbn":null}`.
    package var logLine: String { "\(Self.prefix)\(item),\(json)" }

    /// Reads a line of the catalog log.
    ///
    /// - Throws: ``LineFault`` that says what is wrong with it.
    package init(logged line: Substring) throws(LineFault) {
        let parts = line.utf8.split(separator: UInt8(ascii: ","), maxSplits: 2)
        guard parts.count == 3, line.utf8.starts(with: Self.prefix.utf8) else {
            throw LineFault("expected edit,item_number,{…}")
        }
        let item = try BookFields.item(Substring(parts[1]))
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONReader.value(in: Array(parts[2]))
        } catch {
            throw LineFault("the change \(error.place) \(error.reason)")
        }
        self.init(item: item, value)
    }

    /// The new values as a JSON object on one line.
    package var json: String {
        var members: [(name: String, json: String)] = []
        if let title { members.append((Self.titleName, JSONText.quoted(title))) }
        if let topic { members.append((Self.topicName, JSONText.quoted(topic))) }
        for fact in BookFact.allCases {
            guard let text = facts[fact] else { continue }
            members.append((fact.rawValue, text.map(fact.json) ?? "null"))
        }
        return JSONText.object(members)
    }

    /// Reads what ``json`` writes. Texts are taken as they are: this store has written them.
    package init(item: ItemNumber, _ value: JSONValue) {
        self.init(
            item: item, title: value.members?[Self.titleName]?.text,
            topic: value.members?[Self.topicName]?.text)
        for fact in BookFact.allCases {
            guard let member = value.members?[fact.rawValue] else { continue }
            facts.updateValue(fact.text(member), forKey: fact)
        }
    }
}

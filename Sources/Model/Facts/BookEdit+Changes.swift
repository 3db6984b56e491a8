// What an edit changes from what to what: the ledger has both.
extension BookEdit {
    /// What it makes of each field that it names, in the order of its line in the log.
    package func changes(of book: Book, _ known: BookFacts) -> [FieldChange] {
        var changes: [FieldChange] = []
        if let title { changes.append(FieldChange(field: Self.titleName, from: book.title, to: title)) }
        if let topic { changes.append(FieldChange(field: Self.topicName, from: book.topic, to: topic)) }
        for fact in BookFact.allCases {
            guard let text = facts[fact] else { continue }
            changes.append(FieldChange(field: fact.rawValue, from: known[fact], to: text))
        }
        return changes
    }

    /// The edit that made such changes.
    package init(item: ItemNumber, _ changes: [FieldChange]) {
        self.init(item: item)
        for change in changes {
            switch change.field {
            case Self.titleName: title = change.to
            case Self.topicName: topic = change.to
            default:
                guard let fact = BookFact(rawValue: change.field) else { continue }
                facts.updateValue(change.to, forKey: fact)
            }
        }
    }

    /// A book as it leaves it.
    package func applied(to book: Book) -> Book {
        var book = book
        book.title = title ?? book.title
        book.topic = topic ?? book.topic
        return book
    }
}

extension FieldChange {
    private static let fields = [BookEdit.titleName, BookEdit.topicName] + BookFact.allCases.map(\.rawValue)

    /// Changes as a database keeps them, on one line: `{"title":["old","new"],"isbn":[null,"9780140449136"]}`.
    package static func json(_ changes: [FieldChange]) -> String {
        let json = { (text: String?) in text.map(JSONText.quoted) ?? "null" }
        return JSONText.object(changes.map { ($0.field, "[\(json($0.from)),\(json($0.to))]") })
    }

    /// Reads what ``json(_:)`` writes.
    ///
    /// - Throws: ``JSONFault`` for what is no JSON.
    package static func list(json: String) throws(JSONFault) -> [FieldChange] {
        let members = try JSONReader.value(in: Array(json.utf8)).members ?? [:]
        return fields.compactMap { field in
            guard case .array(let both) = members[field], both.count == 2 else { return nil }
            return FieldChange(field: field, from: both[0].text, to: both[1].text)
        }
    }
}

internal import Model

/// The form that changes what is said of a book, as it was typed, with what its keeper saw.
///
/// Only what the keeper changed is sent. It is sent only if it still is what the keeper saw: what someone else changed
/// meanwhile in other fields stays.
struct EditForm: Sendable {
    /// What the keeper saw of a book, a short digest for each field: a description is too long to be sent twice.
    struct Seen: Equatable, Sendable {
        private let digests: [String]

        init(_ details: BookDetails) {
            let texts =
                [details.book.title, details.book.topic] + FactFields.facts.map { details.facts[$0] ?? "" }
            digests = texts.map { Asset.digest(of: $0.utf8) }
        }

        /// Reads a form's field; nil for what no page sends.
        init?(parsing text: String) {
            digests = text.split(separator: ".").map(String.init)
            guard digests.count == 2 + FactFields.facts.count else { return nil }
        }

        var text: String { digests.joined(separator: ".") }

        fileprivate func isTitle(_ text: String) -> Bool { digests[0] == Asset.digest(of: text.utf8) }
        fileprivate func isTopic(_ text: String) -> Bool { digests[1] == Asset.digest(of: text.utf8) }
        fileprivate func isFact(_ fact: BookFact, _ text: String?) -> Bool {
            guard let place = FactFields.facts.firstIndex(of: fact) else { return true }
            return digests[2 + place] == Asset.digest(of: (text ?? "").utf8)
        }
    }

    /// Why fields cannot be used, in words.
    struct Faults: Error, Sendable {
        var title: String?
        var topic: String?
        var facts: [BookFact: String] = [:]
        var reason: String?

        var isEmpty: Bool { title == nil && topic == nil && facts.isEmpty && reason == nil }
    }

    let item: ItemNumber
    var title: String
    var topic: String
    var facts: FactFields
    var reason = ""
    let seen: Seen

    /// The form about a book as it is.
    init(_ details: BookDetails) {
        item = details.book.item
        (title, topic) = (details.book.title, details.book.topic)
        facts = FactFields(details.facts)
        seen = Seen(details)
    }

    init(_ form: Form) throws {
        item = try form.item()
        title = (try form["title"] ?? "").trimmingBlanks()
        topic = (try form["topic"] ?? "").trimmingBlanks()
        facts = try FactFields(form)
        reason = (try form["reason"] ?? "").trimmingBlanks()
        guard let seen = try form["seen"].flatMap({ Seen(parsing: $0) }) else {
            throw DeskError.badFields(["The form does not say which state of the book it is about."])
        }
        self.seen = seen
    }

    /// What the keeper changed.
    func edit() -> Result<BookEdit, Faults> {
        var faults = Faults()
        let fault = { (name: String, text: String, byteCountMax: Int) in
            ShopText.fault(in: text, byteCountMax: byteCountMax).map { "The \(name) \($0)." }
        }
        faults.title = fault("title", title, ShopText.titleByteCountMax)
        faults.topic = fault("topic", topic, ShopText.topicByteCountMax)
        faults.reason = ChangeForm.fault(inReason: reason)
        let (read, wrong) = facts.read()
        faults.facts = wrong
        guard faults.isEmpty else { return .failure(faults) }
        let (title, topic) = (ShopText.kept(title), ShopText.kept(topic))
        return .success(
            BookEdit(
                item: item, title: seen.isTitle(title) ? nil : title,
                topic: seen.isTopic(topic) ? nil : topic,
                facts: read.filter { !seen.isFact($0.key, $0.value) }))
    }

    /// The form with what the book is in all fields that an edit leaves.
    func following(_ now: BookDetails, butFor edit: BookEdit) -> EditForm {
        var form = self
        if edit.title == nil { form.title = now.book.title }
        if edit.topic == nil { form.topic = now.book.topic }
        for fact in FactFields.facts where edit.facts[fact] == nil {
            form.facts[fact] = now.facts[fact] ?? ""
        }
        return form
    }

    /// What someone else made of the fields that an edit changes: the names of the fields, with what they are.
    func conflicts(of edit: BookEdit, with now: BookDetails) -> EditConflicts {
        var conflicts = EditConflicts()
        let difference = edit.difference(from: now.book, now.facts)
        if difference.title != nil, !seen.isTitle(now.book.title) { conflicts.title = now.book.title }
        if difference.topic != nil, !seen.isTopic(now.book.topic) { conflicts.topic = now.book.topic }
        for fact in difference.facts.keys where !seen.isFact(fact, now.facts[fact]) {
            conflicts.facts[fact] = now.facts[fact] ?? ""
        }
        return conflicts
    }
}

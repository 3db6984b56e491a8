internal import Model

/// What an edit made of one field. Of long texts it shows where they begin to differ.
struct ChangeRow {
    let field: String
    /// Nil for what was not known before, or was removed.
    let from: String?
    let to: String?

    /// How much of what both have in common is shown before their difference, in characters.
    private static let contextLength = 20

    init(_ change: FieldChange) {
        let fact = BookFact(rawValue: change.field)
        field = fact?.label ?? Self.capitalized(change.field)
        guard fact != .cover else {
            // Its digest says nothing to a person.
            (from, to) = (change.from.map { _ in "an image" }, change.to.map { _ in "an image" })
            return
        }
        let common = zip(change.from ?? "", change.to ?? "").prefix { $0 == $1 }.count
        let isLong = [change.from, change.to].contains { Wording.listed($0 ?? "") != $0 ?? "" }
        let start = isLong ? max(0, common - Self.contextLength) : 0
        let shown = { (text: String) in
            Wording.listed(start == 0 ? text : "…" + text.dropFirst(start))
        }
        from = change.from.map(shown)
        to = change.to.map(shown)
    }

    private static func capitalized(_ name: String) -> String {
        name.prefix(1).uppercased() + name.dropFirst()
    }
}

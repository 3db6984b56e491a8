internal import Model

/// The fields of a form for what is known of a book, as they were typed. A cover is no text and has its own form.
struct FactFields: Sendable {
    /// The facts that are typed.
    static let facts = BookFact.allCases.filter { $0 != .cover }

    private var values: [BookFact: String] = [:]

    /// Makes empty fields, or filled ones.
    init(_ facts: BookFacts = .none) {
        for fact in Self.facts { values[fact] = facts[fact] }
    }

    init(_ form: Form) throws {
        for fact in Self.facts { values[fact] = (try form[fact.rawValue] ?? "").trimmingBlanks() }
    }

    subscript(fact: BookFact) -> String {
        get { values[fact] ?? "" }
        set { values[fact] = newValue }
    }

    /// The facts as they are kept; nil for an empty field.
    ///
    /// - Returns: the facts, and why the others cannot be used.
    func read() -> (facts: [BookFact: String?], faults: [BookFact: String]) {
        var (facts, faults): ([BookFact: String?], [BookFact: String]) = ([:], [:])
        for fact in Self.facts {
            guard !self[fact].isEmpty else {
                facts.updateValue(nil, forKey: fact)
                continue
            }
            do throws(LineFault) {
                facts[fact] = try fact.kept(self[fact])
            } catch {
                faults[fact] = DeskError.sentence(error.reason)
            }
        }
        return (facts, faults)
    }

    /// The fields as a form shows them.
    ///
    /// - Parameter focused: the field that the page focuses.
    func views(
        faults: [BookFact: String] = [:], now: [BookFact: String] = [:], focused: BookFact? = nil
    ) -> [FactFieldView] {
        Self.facts.map {
            FactFieldView($0, value: self[$0], fault: faults[$0], now: now[$0], isFocused: $0 == focused)
        }
    }
}

internal import Model

/// A movement's kind, as a database has it.
enum MovementKind: Int64 {
    case update = 0
    case added = 1
    case retired = 2
    case edited = 3
    case restored = 4

    init(_ entry: LedgerEntry) {
        switch entry {
        case .update: self = .update
        case .added: self = .added
        case .retired: self = .retired
        case .edited: self = .edited
        case .restored: self = .restored
        }
    }
}

extension Movement.Kind {
    /// What a movement is called of which the database says this.
    init(_ stored: MovementKind?, isSale: Bool) {
        switch stored {
        case .added: self = .add
        case .retired: self = .retire
        case .edited: self = .edit
        case .restored: self = .restore
        case .update, nil: self = isSale ? .sale : .update
        }
    }

    /// The condition in SQL for its rows; `kind <> 0` is that of the index that has the rare kinds.
    var condition: String {
        switch self {
        case .sale: "sale IS NOT NULL"
        case .update: "kind = 0 AND sale IS NULL"
        case .add: Self.condition(.added)
        case .retire: Self.condition(.retired)
        case .edit: Self.condition(.edited)
        case .restore: Self.condition(.restored)
        }
    }

    private static func condition(_ kind: MovementKind) -> String { "kind <> 0 AND kind = \(kind.rawValue)" }
}

internal import Model

/// A movement's kind, as a database has it.
enum MovementKind: Int64 {
    case update = 0
    case added = 1
    case retired = 2

    init(_ entry: LedgerEntry) {
        switch entry {
        case .update: self = .update
        case .added: self = .added
        case .retired: self = .retired
        }
    }
}

extension Movement.Kind {
    /// What a movement is called of which the database says this.
    init(_ stored: MovementKind?, isSale: Bool) {
        switch stored {
        case .added: self = .add
        case .retired: self = .retire
        case .update, nil: self = isSale ? .sale : .update
        }
    }
}

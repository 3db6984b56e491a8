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

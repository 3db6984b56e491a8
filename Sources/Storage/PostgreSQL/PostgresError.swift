internal import CPQ
package import Model

/// What PostgreSQL, or the way to it, says instead of an answer.
package struct PostgresError: CommitFault, CustomStringConvertible {
    /// What can be done about it.
    package enum Kind: Sendable {
        /// The server cannot be reached, has ended the connection, or takes no writes any more: what was on its way may
        /// have been carried out or not, and another connection has to be made.
        case lost
        /// The transaction is committed at the server, but perhaps not at its standby.
        case unconfirmed
        /// The server has undone the transaction for the sake of another: it is worth repeating as it is.
        case conflict
        /// The server has no room, or no memory, for it.
        case full
        /// It took longer than it may.
        case late
        /// A constraint of the schema says no.
        case constraint
        /// The server, its schema or our rights on it are not what the store needs: somebody has to change that.
        case refused
    }

    package let kind: Kind
    /// What happened, in one line.
    package let description: String
    /// The server's own code for it; nil where the error is not its answer.
    package let sqlState: String?

    package init(_ kind: Kind, _ description: String, sqlState: String? = nil) {
        self.kind = kind
        // The server's messages have several lines, and the values of rows among them.
        self.description = ShownText.escaped(
            description.split(whereSeparator: \.isNewline).joined(separator: " "), scalarCountMax: 500)
        self.sqlState = sqlState
    }

    /// What the server has answered.
    init(answer result: OpaquePointer, _ pq: PQFunctions) {
        let field = { (code: Character) -> String? in
            pq.resultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        let state = field("C")
        let message = field("M") ?? PostgresLibrary.text(pq.resultErrorMessage(result))
        self.init(state.map(Self.kind) ?? .lost, message, sqlState: state)
    }

    package var reason: StoreError.Reason { .databaseFault }

    /// Whether the server has answered, so that nothing of the transaction was committed.
    package var isAnswer: Bool { sqlState != nil && kind != .lost && kind != .unconfirmed }

    /// What a code of the server means for the store. Appendix A of PostgreSQL's manual has the codes; the first two
    /// characters are their class.
    static func kind(_ sqlState: String) -> Kind {
        switch sqlState {
        // The server has become a standby.
        case "25006": .lost
        // An idle transaction or session was ended, and the connection with it.
        case "25P03", "57P05": .lost
        // Too many connections, or none may be made now.
        case "53300", "57P01", "57P02", "57P03": .lost
        case "57014", "55P03": .late
        case "40003": .lost
        default:
            switch sqlState.prefix(2) {
            case "08", "58", "XX", "F0": .lost
            case "40": .conflict
            case "53", "54": .full
            case "23": .constraint
            default: .refused
            }
        }
    }
}

extension StoreError {
    /// What keeps a tier from doing its part. The raw value is the code of the problem: a word that programs compare,
    /// that metrics count, and that the table of docs/operating.md explains.
    package enum Reason: String, CaseIterable, Sendable {
        // Noticed by the tier in front.
        case unreachable
        case connectionLost = "connection_lost"
        case slow
        /// There is no room for what is left of a request: its first copy, or another tier, may have done the rest.
        case overloaded
        case refusesToken = "refuses_token"
        case notReady = "not_ready"
        case invalidAnswer = "invalid_answer"
        case longAnswer = "long_answer"
        case notOffered = "not_offered"
        // Noticed by the tier itself.
        case diskFull = "disk_full"
        case diskFault = "disk_fault"
        case logFault = "log_fault"
        case databaseSlow = "database_slow"
        case databaseFault = "database_fault"
        case recovering
        case notWriting = "not_writing"
        case indexFault = "index_fault"
        case otherOrder = "other_order"
        case stopping

        /// Whether another server of the tier may do what this one cannot: its own way to disk, database and tiers
        /// behind is broken, and not the request or what all servers share.
        package var mayHelpElsewhere: Bool {
            switch self {
            case .overloaded, .refusesToken, .invalidAnswer, .longAnswer, .notOffered: false
            case .unreachable, .connectionLost, .slow, .notReady, .diskFull, .diskFault, .logFault,
                .databaseSlow, .databaseFault, .recovering, .notWriting, .indexFault, .otherOrder, .stopping:
                true
            }
        }

        /// What is said of the tier, for a person.
        package var text: String {
            switch self {
            case .unreachable: "is out of reach"
            case .connectionLost: "broke the connection"
            case .slow: "did not answer in time"
            case .overloaded: "has too much to do"
            case .refusesToken: "does not take the token that this one shows it"
            case .notReady: "is busy or not ready"
            case .invalidAnswer: "gave an answer that makes no sense"
            case .longAnswer: "gave an answer that is too long"
            case .notOffered: "is a program that does not offer this"
            case .diskFull: "has a full disk"
            case .diskFault: "could not write to its disk"
            case .logFault: "cannot write its log"
            case .databaseFault: "cannot use its database"
            case .databaseSlow: "waits too long for its database"
            case .recovering: "takes no changes after a fault of its disk or database"
            case .notWriting: "has stopped writing"
            case .indexFault: "cannot use its index of the books"
            case .otherOrder: "has another order for this sale of the ledger"
            case .stopping: "is stopping"
            }
        }
    }
}

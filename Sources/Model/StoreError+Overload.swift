extension StoreError {
    /// What a tier has too much of. The raw value is the code of the problem, as that of a ``Reason`` is.
    package enum Overload: String, CaseIterable, Sendable {
        case busy
        case connectionsFull = "connections_full"
        case answersUnread = "answers_unread"
        case bodiesArriving = "bodies_arriving"
        /// Requests that wait for another tier.
        case callsWaiting = "calls_waiting"
        case changesWaiting = "changes_waiting"
        case searchesWaiting = "searches_waiting"
        case searchTooLong = "search_too_long"
        case listTooLong = "list_too_long"
        case indexGrowing = "index_growing"
        /// Clients that follow events.
        case followersFull = "followers_full"
        /// Passwords that are being hashed.
        case signInsWaiting = "sign_ins_waiting"
        case refusalsFull = "refusals_full"
        /// As ``refusalsFull``, in an order server whose catalog remembers no refusals.
        case soldOutFull = "sold_out_full"

        /// What is wrong, for a person.
        ///
        /// - Parameter tier: the tier that the work waits for, where it is another one.
        package func text(waitingFor tier: String?) -> String {
            switch self {
            case .busy: "the server has too much to do; nothing was done"
            case .connectionsFull: "the server has too many connections; try again"
            case .answersUnread:
                "answers that clients have not taken use up the memory for them; try again in a moment"
            case .bodiesArriving: "too many long bodies arrive just now; try again in a moment"
            case .callsWaiting: "too many requests wait for the \(tier ?? "next") server; nothing was done"
            case .changesWaiting: "too many changes wait to be written; nothing was done"
            case .searchesWaiting: "too many search at once; ask again in a moment"
            case .searchTooLong:
                "this search takes too long and was given up: narrow it by further words or a topic"
            case .listTooLong:
                "this list takes too long and was given up: keep it to a topic, or go on from a later book"
            case .indexGrowing: "the index of the books is being made; ask again in a moment"
            case .followersFull: "too many follow the events; ask for their pages instead"
            case .signInsWaiting: "too many passwords are being checked just now; try again in a moment"
            case .refusalsFull:
                "there are too few copies, and too many such answers are remembered for another one; nothing was changed"
            case .soldOutFull:
                "the book is sold out, and too many such answers are remembered for another one; nothing was sold"
            }
        }
    }
}

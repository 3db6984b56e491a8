/// How far a customer's order is.
package enum OrderState: Int64, CaseIterable, Sendable {
    /// Sold, and not yet put together.
    case placed = 0
    /// Waits to be fetched or sent.
    case ready = 1
    /// The customer has it.
    case handedOver = 2
    /// Taken back before it was handed over; all its copies are on the shelf again.
    case cancelled = 3
    /// Brought back after it was handed over, all of it.
    case returned = 4

    /// Its name in requests, answers and logs.
    package var name: String {
        switch self {
        case .placed: "placed"
        case .ready: "ready"
        case .handedOver: "handed_over"
        case .cancelled: "cancelled"
        case .returned: "returned"
        }
    }

    /// Its name for people.
    package var words: String { self == .handedOver ? "handed over" : name }

    package init?(name: some StringProtocol) {
        guard let state = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }

    /// Whether copies go back to the shelf by a step to it.
    package var putsBack: Bool { self == .cancelled || self == .returned }

    /// Whether an order may go on to `next`. An order of which a part was returned stays handed over.
    package func allows(_ next: OrderState) -> Bool {
        switch (self, next) {
        case (.placed, .ready), (.placed, .handedOver), (.placed, .cancelled), (.ready, .handedOver),
            (.ready, .cancelled), (.handedOver, .returned):
            true
        default: false
        }
    }
}

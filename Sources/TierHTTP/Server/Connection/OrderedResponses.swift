internal import DequeModule

/// The answers of one connection: requests end in any order, answers leave in the order of the requests.
///
/// A pure state machine: tickets in, responses out.
struct OrderedResponses<Response> {
    /// A request's place in the queue.
    struct Ticket: Equatable {
        fileprivate let number: Int
    }

    private var slots: Deque<Response?> = []
    private var firstNumber = 0

    /// Requests that are not answered yet, whether they have ended or not.
    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    /// Takes a place for a request that has just arrived.
    mutating func begin() -> Ticket {
        slots.append(nil)
        return Ticket(number: firstNumber + slots.count - 1)
    }

    /// Fills a place. Each ticket is filled once.
    mutating func complete(_ ticket: Ticket, with response: Response) {
        let index = ticket.number - firstNumber
        precondition(slots.indices.contains(index) && slots[index] == nil, "a ticket is completed once")
        slots[index] = response
    }

    /// Takes the next answer that may leave, or nil while the first request in line has not ended.
    mutating func popReady() -> Response? {
        guard let first = slots.first, let response = first else { return nil }
        slots.removeFirst()
        firstNumber += 1
        return response
    }
}

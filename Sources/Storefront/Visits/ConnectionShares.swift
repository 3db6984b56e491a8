/// Counts the shop's connections, in total and by client.
///
/// A plain value without input or output: it receives opened and closed connections and returns decisions.
struct ConnectionShares: Sendable {
    /// Whether a connection may stay.
    enum Answer: Equatable, Sendable {
        case welcome
        /// The shop has reached its limit.
        case full
        /// The client has reached its limit.
        case greedy
    }

    private let countMax: Int
    private let perClientMax: Int
    private(set) var count = 0
    private var counts: [ClientNetwork: Int] = [:]

    init(countMax: Int, perClientMax: Int) {
        self.countMax = countMax
        self.perClientMax = perClientMax
    }

    /// Counts a connection if it may stay. A client without an address counts only toward the total.
    mutating func open(_ client: ClientNetwork?) -> Answer {
        guard count < countMax else { return .full }
        if let client {
            guard counts[client, default: 0] < perClientMax else { return .greedy }
            counts[client, default: 0] += 1
        }
        count += 1
        return .welcome
    }

    /// Records that an admitted connection ended.
    mutating func close(_ client: ClientNetwork?) {
        count -= 1
        guard let client, let left = counts[client] else { return }
        counts[client] = left > 1 ? left - 1 : nil
    }
}

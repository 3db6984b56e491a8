/// Who has how many of the shop's connections.
///
/// A plain struct: clients that come and go in, decisions out.
struct ConnectionShares: Sendable {
    /// Whether a connection may stay.
    enum Answer: Equatable, Sendable {
        case welcome
        /// The shop has as many as it takes.
        case full
        /// The client has as many as one may have.
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

    /// Takes a connection in, if it may stay. A client without an address counts for the sum only.
    mutating func open(_ client: ClientNetwork?) -> Answer {
        guard count < countMax else { return .full }
        if let client {
            guard counts[client, default: 0] < perClientMax else { return .greedy }
            counts[client, default: 0] += 1
        }
        count += 1
        return .welcome
    }

    /// Notes the end of a connection that was welcome.
    mutating func close(_ client: ClientNetwork?) {
        count -= 1
        guard let client, let left = counts[client] else { return }
        counts[client] = left > 1 ? left - 1 : nil
    }
}

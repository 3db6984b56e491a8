internal import Monitoring

/// Draws the faults of a run from its seed: the same seed gives the same faults in the same order.
struct FaultSchedule {
    /// The percentage of faults that are the database's, where it has servers of its own.
    private static let databaseShare = 30

    private let layout: StoreLayout
    private var random: FastRandom

    init(of layout: StoreLayout, seed: UInt64) {
        self.layout = layout
        random = FastRandom(seed: seed)
    }

    mutating func next() -> Fault {
        if layout.databaseCount > 0, roll(100) < Self.databaseShare { return .database(databaseFault()) }
        let proxy = roll(layout.ways.count)
        switch roll(100) {
        case ..<45:
            return .kill(
                servers: servers(), restartMillis: roll(3) == 0 ? roll(300) : 0,
                againMillis: roll(5) == 0 ? 10 + roll(150) : nil)
        case ..<60: return .freeze(server: roll(layout.servers.count), millis: duration())
        case ..<73: return .cut(proxy: proxy)
        case ..<80: return .refuse(proxy: proxy, millis: duration())
        case ..<86: return .hold(proxy: proxy, millis: duration())
        case ..<93:
            return .delay(proxy: proxy, lateMillis: roll(60), jitterMillis: roll(60), millis: duration())
        default: return .mute(proxy: proxy, millis: duration())
        }
    }

    private mutating func databaseFault() -> DatabaseFault {
        let role = DatabaseFault.Role.allCases[roll(3) / 2]
        switch roll(100) {
        case ..<25: return .restart(role)
        case ..<50: return .freeze(role, millis: duration())
        case ..<65: return .endSessions
        default:
            return .switchOver(
                DatabaseFault.Loss.allCases[roll(3)], promoteMillis: roll(1_000),
                oldMillis: 300 + roll(1_200), rewinds: roll(2) == 0)
        }
    }

    /// Draws the pause before the next fault, in milliseconds.
    mutating func pauseMillis() -> Int { 100 + roll(700) }

    private mutating func servers() -> [Int] {
        var all = Array(layout.servers.indices)
        switch roll(10) {
        case ..<6: return [roll(all.count)]
        case ..<8:
            all.shuffle(using: &random)
            return Array(all.prefix(2))
        default: return all
        }
    }

    /// Draws a duration in milliseconds. Most are short; one in twelve is longer than the deadlines between
    /// the servers.
    private mutating func duration() -> Int { roll(12) == 0 ? 1_500 + roll(2_500) : 40 + roll(500) }

    private mutating func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}

internal import Monitoring
internal import NIOCore

/// Something that goes wrong in a run. Servers and proxies are named by their place in ``ChaosStore``.
enum Fault: Sendable, Equatable {
    /// `kill -9` of servers at once; each is started again after a moment, and `again` may kill them once
    /// more so long after that, in the middle of their recovery.
    case kill(servers: [Int], restartMillis: Int, againMillis: Int?)
    /// SIGSTOP, and SIGCONT after a time.
    case freeze(server: Int, millis: Int)
    /// All connections of a proxy are reset.
    case cut(proxy: Int)
    /// Connections are reset and refused for a time.
    case refuse(proxy: Int, millis: Int)
    /// Connections stay open and nothing passes for a time.
    case hold(proxy: Int, millis: Int)
    /// Everything arrives late for a time.
    case delay(proxy: Int, lateMillis: Int, jitterMillis: Int, millis: Int)
    /// Requests pass and answers are lost for a time.
    case mute(proxy: Int, millis: Int)

    /// The name under which reports count it.
    var name: String {
        switch self {
        case .kill(let servers, _, let again):
            let count = servers.count == ChaosStore.serverCount ? "all servers" : "\(servers.count) server(s)"
            return "kill -9 of \(count)" + (again == nil ? "" : ", again in recovery")
        case .freeze: return "server frozen (SIGSTOP)"
        case .cut: return "connections cut"
        case .refuse: return "connections refused"
        case .hold: return "connections held"
        case .delay: return "connections delayed"
        case .mute: return "answers lost"
        }
    }
}

/// Draws the faults of a run from its seed: the same seed gives the same faults in the same order.
struct FaultSchedule {
    private var random: FastRandom

    init(seed: UInt64) { random = FastRandom(seed: seed) }

    /// The next fault.
    mutating func next() -> Fault {
        let proxy = roll(ChaosStore.proxyCount)
        switch roll(100) {
        case ..<45:
            return .kill(
                servers: servers(), restartMillis: roll(3) == 0 ? roll(300) : 0,
                againMillis: roll(5) == 0 ? 10 + roll(150) : nil)
        case ..<60: return .freeze(server: roll(ChaosStore.serverCount), millis: duration())
        case ..<73: return .cut(proxy: proxy)
        case ..<80: return .refuse(proxy: proxy, millis: duration())
        case ..<86: return .hold(proxy: proxy, millis: duration())
        case ..<93:
            return .delay(proxy: proxy, lateMillis: roll(60), jitterMillis: roll(60), millis: duration())
        default: return .mute(proxy: proxy, millis: duration())
        }
    }

    /// How long to wait before the fault after this one, in milliseconds.
    mutating func pauseMillis() -> Int { 100 + roll(700) }

    private mutating func servers() -> [Int] {
        var all = Array(0..<ChaosStore.serverCount)
        switch roll(10) {
        case ..<6: return [roll(all.count)]
        case ..<8:
            all.shuffle(using: &random)
            return Array(all.prefix(2))
        default: return all
        }
    }

    /// Mostly short; one in twelve is longer than the deadlines between the servers.
    private mutating func duration() -> Int { roll(12) == 0 ? 1_500 + roll(2_500) : 40 + roll(500) }

    private mutating func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}

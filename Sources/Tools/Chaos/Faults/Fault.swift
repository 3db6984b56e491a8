/// A fault injected into a run. Servers and proxies are given by their indices in ``StoreLayout``.
enum Fault: Sendable, Equatable {
    /// `kill -9` of servers at the same time, and a restart after `restartMillis`. If `againMillis` is set,
    /// they are killed again that much later, in the middle of their recovery.
    case kill(servers: [Int], restartMillis: Int, againMillis: Int?)
    /// SIGSTOP, and SIGCONT after a time.
    case freeze(server: Int, millis: Int)
    /// All connections of a proxy are reset.
    case cut(proxy: Int)
    /// Connections are reset and refused for a time.
    case refuse(proxy: Int, millis: Int)
    /// Connections stay open and nothing passes for a time.
    case hold(proxy: Int, millis: Int)
    /// All bytes are delayed for a time.
    case delay(proxy: Int, lateMillis: Int, jitterMillis: Int, millis: Int)
    /// Requests pass and responses are lost for a time.
    case mute(proxy: Int, millis: Int)
    case database(DatabaseFault)

    /// The name under which reports count it.
    ///
    /// - Parameter serverCount: of the whole store.
    func name(of serverCount: Int) -> String {
        switch self {
        case .kill(let servers, _, let again):
            let count = servers.count == serverCount ? "all servers" : "\(servers.count) server(s)"
            return "kill -9 of \(count)" + (again == nil ? "" : ", again in recovery")
        case .freeze: return "server frozen (SIGSTOP)"
        case .cut: return "connections cut"
        case .refuse: return "connections refused"
        case .hold: return "connections held"
        case .delay: return "connections delayed"
        case .mute: return "answers lost"
        case .database(let fault): return fault.name
        }
    }
}

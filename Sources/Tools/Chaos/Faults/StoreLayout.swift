internal import Model

/// Which servers a run's store consists of, and the ways between them, each of which has a proxy.
package struct StoreLayout: Sendable, Equatable {
    /// A server: its tier, and which of this tier it is.
    struct Server: Sendable, Equatable {
        let tier: Tier
        let index: Int
        let name: String
    }

    enum Place: Sendable, Equatable {
        case clients
        /// By its index in ``StoreLayout/servers``.
        case server(Int)
        case database(Int)
    }

    struct Way: Sendable, Equatable {
        let from: Place
        let to: Place
    }

    let servers: [Server]
    let ways: [Way]
    let databaseCount: Int

    /// One machine's store, with its databases in files.
    package static let oneMachine = StoreLayout(catalogs: 1, orders: 1, frontends: 2, databases: 0)
    /// Two servers of each tier over a database with a standby.
    package static let replicas = StoreLayout(catalogs: 2, orders: 2, frontends: 2, databases: 2)

    private init(catalogs: Int, orders: Int, frontends: Int, databases: Int) {
        var servers: [Server] = []
        for (tier, count) in [(Tier.catalog, catalogs), (.order, orders), (.frontend, frontends)] {
            for index in 0..<count {
                let name = count == 1 ? tier.rawValue : "\(tier.rawValue) \(index)"
                servers.append(Server(tier: tier, index: index, name: name))
            }
        }
        self.servers = servers
        databaseCount = databases
        let places = { (tier: Tier) in servers.indices.filter { servers[$0].tier == tier }.map(Place.server) }
        let behind = (0..<databases).map(Place.database)
        var needs = [(from: Place.clients, to: places(.frontend) + places(.catalog))]
        needs += places(.order).map { ($0, places(.catalog) + behind) }
        needs += places(.frontend).map { ($0, places(.catalog) + places(.order)) }
        needs += databases == 0 ? [] : places(.catalog).map { ($0, behind) }
        ways = needs.flatMap { from, to in to.map { Way(from: from, to: $0) } }
    }

    /// The indices of a tier's servers.
    func servers(of tier: Tier) -> [Int] { servers.indices.filter { servers[$0].tier == tier } }

    /// The indices of the ways to a place.
    func ways(to place: Place) -> [Int] { ways.indices.filter { ways[$0].to == place } }
}

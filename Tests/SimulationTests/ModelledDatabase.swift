import Model
import NIOCore

@testable import Catalog
@testable import Storage

/// A PostgreSQL cluster in memory: a primary, and a synchronous standby that takes its place.
///
/// A transaction is one step of the simulation: it locks the head from its beginning to its end, and all movements
/// become visible in the order of their commits.
// Unchecked: a simulation has one thread.
final class ModelledDatabase: @unchecked Sendable {
    /// The connection is lost: what was on its way may have been carried out or not.
    struct Lost: Error {}

    /// A connection to one server of the cluster, as long as that server runs.
    struct Session {
        fileprivate let server: Int
        fileprivate let life: Int
    }

    /// One of the cluster's servers.
    private struct Server {
        var content: ModelledTables
        var life = 0
        var isUp = true
    }

    /// What happens to the cluster.
    private enum Misfortune: CaseIterable {
        case crash
        case failover
        case lostCommits
        case lostSessions
    }

    private let world: World
    private var servers: [Server]
    private var primary = 0
    /// How many of the next commits lose their answer, before or after they are carried out.
    private var commitsToLose = 0

    init(books: [Book], world: World) {
        self.world = world
        servers = [Server(content: ModelledTables(books: books))]
    }

    /// What the cluster holds for good.
    var content: ModelledTables { servers[primary].content }
    var isUp: Bool { servers[primary].isUp }

    func connect() throws -> Session {
        guard isUp else { throw Lost() }
        return Session(server: primary, life: servers[primary].life)
    }

    /// Whether its server still has it, primary or not.
    func isOpen(_ session: Session) -> Bool {
        servers[session.server].isUp && servers[session.server].life == session.life
    }

    /// What a server has, old or new: a read confirms nothing.
    func read(_ session: Session) throws -> ModelledTables {
        guard isOpen(session) else { throw Lost() }
        return servers[session.server].content
    }

    /// What a server has that is the primary: the standby confirms its question.
    func readConfirmed(_ session: Session) throws -> ModelledTables {
        guard session.server == primary else { throw Lost() }
        return try read(session)
    }

    /// Runs a transaction.
    ///
    /// - Throws: ``Lost``, after which its outcome is unknown; the error of `body`, which undoes it.
    func commit<Value>(
        _ session: Session, _ body: (inout ModelledTables) throws -> Value
    ) throws -> Value {
        var content = try read(session)
        let value = try body(&content)
        let isLost = commitsToLose > 0
        commitsToLose -= isLost ? 1 : 0
        if isLost, world.chance(percent: 50) {
            world.record("the database loses a COMMIT")
            throw Lost()
        }
        guard session.server == primary else {
            // It waits for its standby, and nobody else sees it meanwhile.
            world.record("the old primary's COMMIT is confirmed by nobody")
            throw Lost()
        }
        servers[session.server].content = content
        guard !isLost else {
            world.record("the database loses the answer to a COMMIT")
            throw Lost()
        }
        return value
    }

    // MARK: Faults

    func strike() {
        switch world.pick(from: Misfortune.allCases) {
        case .crash: crash()
        case .failover: failOver()
        case .lostCommits: commitsToLose = world.pick(1...2)
        case .lostSessions:
            world.record("the database ends all sessions")
            servers[primary].life += 1
        }
    }

    private func crash() {
        world.record("the database crashes")
        let server = primary
        servers[server].life += 1
        servers[server].isUp = false
        world.after(micros: 1_000...900_000) {
            self.servers[server].isUp = true
            self.world.record("the database is back")
        }
    }

    /// The standby takes over, which has every commit that was confirmed. The old primary does not know it for a while.
    private func failOver() {
        guard isUp else { return }
        world.record("the standby takes over")
        let old = primary
        servers.append(Server(content: servers[old].content))
        primary = servers.count - 1
        world.after(micros: 1_000...1_500_000) { self.end(old) }
    }

    private func end(_ server: Int) {
        servers[server].life += 1
        servers[server].isUp = false
    }

    func heal() {
        commitsToLose = 0
        for server in servers.indices where server != primary { end(server) }
        servers[primary].isUp = true
    }
}

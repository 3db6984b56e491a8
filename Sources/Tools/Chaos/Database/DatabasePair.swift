internal import Foundation
internal import Model
internal import Processes

/// The database of a run: a primary with a synchronous standby. It does what their keeper would, and one fault at a
/// time.
actor DatabasePair {
    nonisolated let nodes: [DatabaseNode]
    private var primaryIndex = 0
    private var watcher: ChildProcess?
    private let programs: PostgresPrograms

    private var primary: DatabaseNode { nodes[primaryIndex] }
    private var standby: DatabaseNode { nodes[1 - primaryIndex] }

    /// Prepares two servers that are not yet started.
    ///
    /// - Parameter addresses: where they will listen.
    init(folder: String, addresses: [ServerAddress]) throws {
        let programs = try PostgresPrograms()
        self.programs = programs
        nodes = try addresses.enumerated().map { index, address in
            try DatabaseNode(index: index, address: address, in: folder, programs: programs)
        }
    }

    /// Where the servers, or proxies in front of them, have the database.
    nonisolated static func url(_ addresses: [ServerAddress]) -> String {
        let places = addresses.map { "\($0)" }.joined(separator: ",")
        return "postgresql://\(DatabaseNode.storeUser)@\(places)/\(DatabaseNode.database)"
    }

    // MARK: Its life

    /// Makes an empty database and its standby.
    func start() async throws {
        watcher = try watch()
        try await primary.make()
        try primary.configure(following: standby, isSynchronous: false)
        try await primary.start()
        try await primary.sql("CREATE ROLE \(DatabaseNode.storeUser) LOGIN")
        try await primary.sql(
            "CREATE DATABASE \(DatabaseNode.database) OWNER \(DatabaseNode.storeUser) TEMPLATE template0")
        try await follow(rewinding: false)
    }

    /// Ends the servers when this process does, whichever way.
    private func watch() throws -> ChildProcess {
        let script = """
            cat >/dev/null
            for folder; do
                server=$(head -n 1 "$folder/data/postmaster.pid") && kill -QUIT "$server" && kill -CONT "$server"
            done
            """
        var command = programs.command("/bin/sh", ["-c", script, "watch"] + nodes.map(\.folder))
        command.output = .discarded
        command.errors = .discarded
        return try ChildProcess(command)
    }

    /// Says which servers ended by themselves.
    func findings() -> [Finding] {
        nodes.filter { !$0.isRunning }.map {
            Finding(.serverFailed, "\($0.name) ended by itself; it said: \($0.lastWords)")
        }
    }

    func shutdown() async throws {
        // A primary that stops in peace waits for its standby.
        try await primary.stop(SIGINT)
        try await standby.stop(SIGINT)
        watcher = nil
    }

    // MARK: Faults

    /// Carries out a fault. Afterwards there is a primary with a synchronous standby again.
    ///
    /// - Parameter promoted: is called when a standby has become the primary; the old one stays as it is meanwhile.
    func carryOut(_ fault: DatabaseFault, promoted: @Sendable () async -> Void) async throws {
        switch fault {
        case .restart(let role):
            try await node(role).stop()
            try await node(role).start()
            try await makeSynchronous()
        case .freeze(let role, let millis):
            let frozen = node(role)
            frozen.freeze()
            try await sleep(millis)
            frozen.thaw()
        case .endSessions:
            try await primary.sql(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(DatabaseNode.database)'
                """)
        case .switchOver(let loss, let promoteMillis, let oldMillis, let rewinds):
            let (old, new) = (primary, standby)
            switch loss {
            case .none: break
            case .frozen: old.freeze()
            case .killed: try await old.kill()
            }
            try await sleep(promoteMillis)
            try await new.sql("SELECT pg_promote()")
            primaryIndex = 1 - primaryIndex
            await promoted()
            try await sleep(oldMillis)
            if loss == .frozen {
                old.thaw()
                try await sleep(oldMillis)
            }
            try await old.stop()
            try await follow(rewinding: rewinds)
        }
    }

    private func node(_ role: DatabaseFault.Role) -> DatabaseNode { role == .primary ? primary : standby }

    private func sleep(_ millis: Int) async throws { try await Task.sleep(for: .milliseconds(millis)) }

    // MARK: The standby

    /// Makes the server that is not the primary follow it.
    private func follow(rewinding: Bool) async throws {
        if !(rewinding ? try await rewindStandby() : false) { try await standby.copy(primary) }
        try standby.configure(following: primary, isSynchronous: false)
        try await standby.start()
        try await makeSynchronous()
    }

    /// False where the log that leads back to the fork is gone.
    private func rewindStandby() async throws -> Bool {
        // A rewind looks for the fork in what the last checkpoint says.
        try await primary.sql("CHECKPOINT")
        do {
            try await standby.rewind(to: primary)
            return true
        } catch is ChaosFault {
            return false
        }
    }

    /// From the return on, what the primary confirms is on both.
    private func makeSynchronous() async throws {
        try await primary.wait(until: "SELECT bool_or(state = 'streaming') FROM pg_stat_replication")
        try primary.configure(following: standby, isSynchronous: true)
        try await primary.sql("SELECT pg_reload_conf()")
        try await primary.wait(until: "SELECT bool_or(sync_state = 'sync') FROM pg_stat_replication")
        // Commits wait from the moment when the checkpointer has read the setting; earlier ones must have arrived too.
        try await primary.sql("CHECKPOINT")
        let place = try await primary.sql("SELECT pg_current_wal_flush_lsn()").first ?? ""
        try await primary.wait(
            until: "SELECT bool_or(flush_lsn >= '\(place)') FROM pg_stat_replication")
    }
}

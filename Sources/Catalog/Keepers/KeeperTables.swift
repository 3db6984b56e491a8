internal import Model

/// The tables of keepers and sessions inside the transaction of one batch. Names are given as they are compared.
protocol KeeperTables {
    /// A keeper; nil where there is none of this name.
    func keeper(_ name: String) throws -> KeeperRecord?
    /// How many keepers there are, or how many of a role.
    func keeperCount(_ role: KeeperRole?) throws -> Int
    func add(_ keeper: KeeperRecord) throws
    /// Writes a keeper's role and hash.
    func write(_ keeper: KeeperRecord) throws
    /// Removes a keeper who has no session.
    func removeKeeper(_ name: String) throws

    /// Adds a session, and takes away those that have ended by their age, and of its keeper those that are too many.
    func add(_ session: SessionRecord) throws
    /// Writes when a session was used, where the last time is long enough ago.
    func use(_ digest: String, at time: Timestamp) throws
    /// Ends sessions.
    ///
    /// - Returns: how many there were.
    func end(_ sessions: EndedSession) throws -> Int
}

internal import Model

/// The keepers of the shop and their sessions. Whatever speaks against a change is looked for before anything is written.
extension LedgerWriter {
    /// Makes a change, or says why not. Errors thrown are the database's and end the transaction.
    mutating func apply(_ change: KeeperChange) throws -> Result<CatalogOutcome, StoreError> {
        do {
            return .success(CatalogOutcome(keeper: try outcome(of: change)))
        } catch let refusal as StoreError {
            return .failure(refusal)
        }
    }

    private func outcome(of change: KeeperChange) throws -> KeeperOutcome {
        switch change {
        case .add(let record, let isFirst): return try add(record, isFirst: isFirst)
        case .role(let role, let name): return try give(role, to: name)
        case .password(let hash, let name, let old): return try give(hash, to: name, insteadOf: old)
        case .remove(let name): return try removeKeeper(name)
        case .open(let session, let hash, let replaced):
            return try open(session, hash: hash, replacing: replaced)
        case .use(let digest):
            try tables.use(digest, at: time)
            return .nothing
        case .end(let sessions): return .ended(try end(sessions))
        }
    }

    private func add(_ record: KeeperRecord, isFirst: Bool) throws -> KeeperOutcome {
        let count = try tables.keeperCount(nil)
        let name = record.keeper.name
        if isFirst, count > 0 { throw StoreError.keeperConflict(.notFirst, name: name) }
        if try tables.keeper(record.folded) != nil { throw StoreError.keeperConflict(.taken, name: name) }
        guard count < Keeper.countMax else { throw StoreError.keeperConflict(.full, name: name) }
        try tables.add(record)
        return .keeper(record.keeper)
    }

    private func give(_ role: KeeperRole, to name: String) throws -> KeeperOutcome {
        let record = try known(name)
        guard record.keeper.role != role else { return .keeper(record.keeper) }
        try keepAnOwner(without: record)
        let changed = record.with(role: role)
        try tables.write(changed)
        _ = try tables.end(.all(of: record.folded))
        return .keeper(changed.keeper)
    }

    private func give(_ hash: String, to name: String, insteadOf old: String?) throws -> KeeperOutcome {
        let record = try known(name)
        // Somebody else may have changed it since it was compared.
        guard old == nil || record.hash == old else { throw StoreError.wrongPassword }
        try tables.write(record.with(hash: hash))
        _ = try tables.end(.all(of: record.folded))
        return .keeper(record.keeper)
    }

    private func removeKeeper(_ name: String) throws -> KeeperOutcome {
        let record = try known(name)
        try keepAnOwner(without: record)
        _ = try tables.end(.all(of: record.folded))
        try tables.removeKeeper(record.folded)
        return .keeper(record.keeper)
    }

    private func open(
        _ session: SessionRecord, hash: String, replacing replaced: String?
    ) throws -> KeeperOutcome {
        // The password may have been changed, or the keeper removed, since it was compared.
        guard let record = try tables.keeper(session.keeper), record.hash == hash else {
            throw StoreError.wrongSignIn
        }
        if let replaced { _ = try tables.end(.digest(replaced)) }
        try tables.add(session)
        return .opened(session.session(name: record.keeper.name, role: record.keeper.role))
    }

    private func end(_ sessions: EndedSession) throws -> Int {
        switch sessions {
        case .digest: return try tables.end(sessions)
        case .id:
            let count = try tables.end(sessions)
            guard count > 0 else { throw StoreError.unknownSession }
            return count
        case .all(let name): return try tables.end(.all(of: try known(name).folded))
        }
    }

    private func known(_ name: String) throws -> KeeperRecord {
        guard let record = try tables.keeper(Keeper.folded(name)) else {
            throw StoreError.unknownKeeper(name)
        }
        return record
    }

    /// - Throws: where nobody else could look after the keepers.
    private func keepAnOwner(without record: KeeperRecord) throws {
        guard record.keeper.role == .owner, try tables.keeperCount(.owner) < 2 else { return }
        throw StoreError.keeperConflict(.lastOwner, name: record.keeper.name)
    }
}

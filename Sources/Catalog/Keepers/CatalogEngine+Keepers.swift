internal import Model
internal import Monitoring
internal import NIOCore
internal import Passwords
internal import Storage
internal import StoreAPI

/// The keepers of the shop. Who asks is a session that is open, or nil for who shows the store's token alone.
extension CatalogEngine {
    // MARK: Sessions

    /// The session that a secret opens.
    ///
    /// - Parameter isUse: whether it is used by that.
    /// - Returns: fails with ``Model/StoreError/sessionEnded``.
    func session(
        _ secret: SessionSecret, isUse: Bool = true, on eventLoop: any EventLoop
    ) -> EventLoopFuture<KeeperSession> {
        let digest = KeeperChange.digest(of: secret)
        return read(on: eventLoop) { try $0.session(digest) }.flatMapThrowing { [journal] session in
            let now = Timestamp.now
            guard let session, session.isOpen(at: now) else { throw StoreError.sessionEnded }
            if isUse, session.isUseDue(at: now) {
                // Nobody waits for it. Where it is lost, the session ends a little early.
                _ = journal.submit(.keepers(.use(digest: digest)), on: eventLoop)
            }
            return session
        }
    }

    /// Opens a session, which takes the place of the one that `replaced` opens.
    ///
    /// - Returns: fails with ``Model/StoreError/wrongSignIn``, which takes as long for a name that nobody has.
    func signIn(
        _ signIn: SignIn, replacing replaced: SessionSecret?, for client: ClientPresence?,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<OpenedSession> {
        let name = Keeper.folded(signIn.name)
        return read(on: eventLoop, for: client) { try $0.keeper(name) }.flatMap { [passwords] record in
            passwords.run(on: eventLoop, for: client) {
                let isRight = (record.flatMap(\.password) ?? .nobodys).matches(signIn.password)
                guard isRight, let record else { throw StoreError.wrongSignIn }
                return record.hash
            }
        }.flatMap { hash in
            let (secret, now) = (SessionSecret.random(), Timestamp.now)
            let session = SessionRecord(
                digest: KeeperChange.digest(of: secret), keeper: name, opened: now, used: now,
                device: signIn.device)
            let change = KeeperChange.open(
                session, hash: hash, replacing: replaced.map { KeeperChange.digest(of: $0) })
            return self.make(change, on: eventLoop).flatMapThrowing { outcome in
                guard case .opened(let session) = outcome else { throw LedgerFault("no session was opened") }
                return OpenedSession(secret: secret, session: session)
            }
        }
    }

    /// Ends the session that a secret opens.
    func signOut(_ secret: SessionSecret, on eventLoop: any EventLoop) -> EventLoopFuture<Int> {
        end(.digest(KeeperChange.digest(of: secret)), on: eventLoop)
    }

    /// Ends a session or all of a keeper; a keeper who is no owner ends the own ones.
    func end(
        _ sessions: EndedSessions, by asking: KeeperSession?, on eventLoop: any EventLoop
    ) -> EventLoopFuture<Int> {
        switch sessions {
        case .id(let id):
            guard SessionRecord.isID(id) else { return eventLoop.makeFailedFuture(StoreError.unknownSession) }
            return end(
                .id(id, of: asking?.role.has(.accounts) == false ? asking?.folded : nil), on: eventLoop)
        case .keeper(let name):
            guard Self.may(asking, lookAfter: name) else { return Self.refusal(of: asking, on: eventLoop) }
            return end(.all(of: name), on: eventLoop)
        }
    }

    private func end(_ sessions: EndedSession, on eventLoop: any EventLoop) -> EventLoopFuture<Int> {
        make(.end(sessions), on: eventLoop).map { outcome in
            if case .ended(let count) = outcome { count } else { 0 }
        }
    }

    // MARK: Keepers

    /// All keepers by their names, each with the sessions that are open.
    func keepers(on eventLoop: any EventLoop) -> EventLoopFuture<[KeeperEntry]> {
        read(on: eventLoop) { try $0.keepers(at: .now) }
    }

    /// Adds a keeper.
    ///
    /// - Returns: fails with ``Model/StoreError/keeperConflict(_:name:)`` or ``Model/StoreError/invalid(_:)``.
    func add(
        _ new: NewKeeper, for client: ClientPresence?, on eventLoop: any EventLoop
    ) -> EventLoopFuture<Keeper> {
        passwords.run(on: eventLoop, for: client) {
            let hash =
                switch new.password {
                case .typed(let password): try Self.hash(password)
                case .hashed(let text):
                    try KeeperPassword(parsing: text).orThrow(
                        .invalid("password_hash is no hash of a password, as the store writes it"))
                }
            return hash.text
        }.flatMap { hash in
            let keeper = Keeper(name: new.name, role: new.role, made: .now)
            return self.keeper(
                after: .add(KeeperRecord(keeper: keeper, hash: hash), isFirst: new.isFirst), on: eventLoop)
        }
    }

    /// Gives a keeper another role.
    func give(_ new: NewRole, on eventLoop: any EventLoop) -> EventLoopFuture<Keeper> {
        keeper(after: .role(new.role, name: new.name), on: eventLoop)
    }

    /// Gives a keeper another password. One who is no owner changes the own one, and knows it.
    ///
    /// - Returns: fails with ``Model/StoreError/wrongPassword``, ``Model/StoreError/notAllowed(_:_:)``,
    ///   ``Model/StoreError/unknownKeeper(_:)`` or ``Model/StoreError/invalid(_:)``.
    func give(
        _ new: NewPassword, by asking: KeeperSession?, for client: ClientPresence?,
        on eventLoop: any EventLoop
    ) -> EventLoopFuture<Keeper> {
        guard Self.may(asking, lookAfter: new.name) else { return Self.refusal(of: asking, on: eventLoop) }
        let needsOld = asking?.role.has(.accounts) == false
        guard !needsOld || new.old != nil else {
            return eventLoop.makeFailedFuture(
                StoreError.invalid("old_password is missing: who changes the own password says the old one"))
        }
        let name = Keeper.folded(new.name)
        return read(on: eventLoop, for: client) { try $0.keeper(name) }.flatMap { [passwords] record in
            passwords.run(on: eventLoop, for: client) {
                guard let record else { throw StoreError.unknownKeeper(new.name) }
                if let old = new.old, record.password?.matches(old) != true { throw StoreError.wrongPassword }
                return KeeperChange.password(
                    hash: try Self.hash(new.password).text, name: new.name,
                    old: new.old == nil ? nil : record.hash)
            }
        }.flatMap { self.keeper(after: $0, on: eventLoop) }
    }

    /// Removes a keeper.
    func remove(_ name: String, on eventLoop: any EventLoop) -> EventLoopFuture<Keeper> {
        keeper(after: .remove(name: name), on: eventLoop)
    }

    private func keeper(
        after change: KeeperChange, on eventLoop: any EventLoop
    ) -> EventLoopFuture<Keeper> {
        make(change, on: eventLoop).flatMapThrowing { outcome in
            guard case .keeper(let keeper) = outcome else { throw LedgerFault("a change is of no keeper") }
            return keeper
        }
    }

    /// Makes a change, by group commit.
    private func make(
        _ change: KeeperChange, on eventLoop: any EventLoop
    ) -> EventLoopFuture<KeeperOutcome> {
        journal.submit(.keepers(change), on: eventLoop).map { $0.keeper ?? .nothing }
    }

    // MARK: Rules

    /// Whether who asks may change what is the keeper's own.
    private static func may(_ asking: KeeperSession?, lookAfter name: String) -> Bool {
        asking.map { $0.role.has(.accounts) || $0.folded == Keeper.folded(name) } ?? true
    }

    private static func refusal<Value: Sendable>(
        of asking: KeeperSession?, on eventLoop: any EventLoop
    ) -> EventLoopFuture<Value> {
        eventLoop.makeFailedFuture(StoreError.notAllowed(asking?.role ?? .reader, .accounts))
    }

    private static func hash(_ password: String) throws -> KeeperPassword {
        let counts = KeeperPassword.byteCounts
        return try KeeperPassword(hashing: password).orThrow(
            .invalid("password does not have \(counts.lowerBound) to \(counts.upperBound) bytes"))
    }
}

extension KeeperRecord {
    fileprivate var password: KeeperPassword? { KeeperPassword(parsing: hash) }
}

extension KeeperSession {
    fileprivate var folded: String { Keeper.folded(name) }
}

extension Optional {
    fileprivate func orThrow(_ error: StoreError) throws(StoreError) -> Wrapped {
        guard let self else { throw error }
        return self
    }
}

import Foundation
import Model
import Storage
import TestSupport
import Testing

@testable import Catalog

/// Keepers and their sessions, in the database: what is refused, and what ends sessions.
@Suite struct KeeperStoreTests {
    private func make(
        _ change: KeeperChange, _ store: ShelvedStore
    ) throws -> Result<KeeperOutcome?, StoreError> {
        try #require(try store.commitUnlogged([.keepers(change)]).results.first).map(\.keeper)
    }

    private func add(
        _ name: String, _ role: KeeperRole = .keeper, _ store: ShelvedStore, isFirst: Bool = false
    ) throws {
        _ = try make(
            .add(
                KeeperRecord(keeper: Keeper(name: name, role: role, made: .now), hash: "hash of \(name)"),
                isFirst: isFirst), store
        ).get()
    }

    /// Opens a session, and returns the digest of its secret.
    @discardableResult
    private func open(
        _ name: String, _ store: ShelvedStore, at time: Timestamp = .now, replacing replaced: String? = nil
    ) throws -> String {
        let digest = KeeperChange.digest(of: .random())
        let session = SessionRecord(
            digest: digest, keeper: Keeper.folded(name), opened: time, used: time, device: "a test")
        let opened = try make(.open(session, hash: "hash of \(name)", replacing: replaced), store).get()
        guard case .opened(let found)? = opened else { throw LedgerFault("not opened") }
        #expect(found.name == name && digest.hasPrefix(found.id) && found.device == "a test")
        return digest
    }

    private func isOpen(_ digest: String, _ store: ShelvedStore) throws -> Bool {
        try store.store.session(digest)?.isOpen(at: .now) == true
    }

    private func refusal(_ change: KeeperChange, _ store: ShelvedStore) throws -> StoreError? {
        if case .failure(let error) = try make(change, store) { error } else { nil }
    }

    private func record(_ name: String, _ role: KeeperRole = .keeper) -> KeeperRecord {
        KeeperRecord(keeper: Keeper(name: name, role: role, made: .now), hash: "other")
    }

    @Test(.onEachStore) func keepersStayAcrossARestart() async throws {
        try await withCatalogFolder { folder in
            let digest = try folder.withStore { store in
                try add("Ann", .owner, store, isFirst: true)
                try add("Żaneta", .reader, store)
                #expect(try store.movementLines().isEmpty)
                return try open("Ann", store)
            }
            try folder.withStore { store in
                let entries = try store.store.keepers(at: .now)
                #expect(entries.map(\.keeper.name) == ["Ann", "Żaneta"])
                #expect(entries.map(\.keeper.role) == [.owner, .reader])
                #expect(entries.map(\.sessions.count) == [1, 0])
                #expect(try store.store.keeper("ann")?.hash == "hash of Ann")
                #expect(try store.store.keeper("Ann") == nil)
                #expect(try store.store.session(digest)?.name == "Ann")
                #expect(try store.store.session(String(repeating: "0", count: 64)) == nil)
            }
        }
    }

    @Test(.onEachStore) func aNameIsTakenOnce() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try add("Zoë", .owner, store)
                #expect(
                    try refusal(.add(record("ZOE\u{308}"), isFirst: false), store)
                        == .keeperConflict(.taken, name: "ZOE\u{308}"))
                #expect(
                    try refusal(.add(record("Ben"), isFirst: true), store)
                        == .keeperConflict(.notFirst, name: "Ben"))
                #expect(
                    try refusal(.role(.owner, name: "Ben"), store) == .unknownKeeper("Ben"))
                #expect(try refusal(.remove(name: "Ben"), store) == .unknownKeeper("Ben"))
                #expect(
                    try refusal(.password(hash: "x", name: "Ben", old: nil), store) == .unknownKeeper("Ben"))
                #expect(try refusal(.end(.all(of: "Ben")), store) == .unknownKeeper("Ben"))
            }
        }
    }

    @Test(.onEachStore) func thereIsAlwaysAnOwner() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try add("Ann", .owner, store)
                try add("Ben", .keeper, store)
                for change in [KeeperChange.role(.keeper, name: "ann"), .remove(name: "ANN")] {
                    #expect(try refusal(change, store) == .keeperConflict(.lastOwner, name: "Ann"))
                }
                _ = try make(.role(.owner, name: "Ben"), store).get()
                _ = try make(.role(.reader, name: "Ann"), store).get()
                #expect(
                    try refusal(.remove(name: "Ben"), store) == .keeperConflict(.lastOwner, name: "Ben"))
                _ = try make(.remove(name: "Ann"), store).get()
                #expect(try store.store.keepers(at: .now).map(\.keeper.name) == ["Ben"])
                // Both in one batch: the second sees what the first did.
                try add("Cat", .owner, store)
                let both = try store.commitUnlogged([
                    .keepers(.remove(name: "Ben")), .keepers(.remove(name: "Cat")),
                ])
                #expect(both.results.map { (try? $0.get()) != nil } == [true, false])
            }
        }
    }

    @Test(.onEachStore) func thereAreNotTooManyKeepers() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                for number in 0..<Keeper.countMax { try add("keeper \(number)", .owner, store) }
                #expect(
                    try refusal(.add(record("one more"), isFirst: false), store)
                        == .keeperConflict(.full, name: "one more"))
            }
        }
    }

    @Test(.onEachStore) func whatChangesAKeeperEndsTheSessions() async throws {
        let changes: [KeeperChange] = [
            .role(.reader, name: "Ben"), .password(hash: "new", name: "ben", old: "hash of Ben"),
            .end(.all(of: "BEN")), .remove(name: "Ben"),
        ]
        for change in changes {
            try await withCatalogFolder { folder in
                try folder.withStore { store in
                    try add("Ann", .owner, store)
                    try add("Ben", .keeper, store)
                    let (own, other) = (try open("Ben", store), try open("Ann", store))
                    _ = try make(change, store).get()
                    #expect(try !isOpen(own, store) && isOpen(other, store))
                }
            }
        }
    }

    @Test(.onEachStore) func whatStaysAsItIsEndsNone() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try add("Ann", .owner, store)
                let digest = try open("Ann", store)
                _ = try make(.role(.owner, name: "Ann"), store).get()
                #expect(
                    try refusal(.password(hash: "new", name: "Ann", old: "another"), store) == .wrongPassword)
                #expect(try isOpen(digest, store))
            }
        }
    }

    /// Between the comparison of a password and the session, the keeper may have got another one.
    @Test(.onEachStore) func anOldPasswordOpensNothing() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try add("Ann", .owner, store)
                let session = SessionRecord(
                    digest: KeeperChange.digest(of: .random()), keeper: "ann", opened: .now, used: .now,
                    device: nil)
                #expect(
                    try refusal(.open(session, hash: "older", replacing: nil), store) == .wrongSignIn)
                _ = try make(.password(hash: "new", name: "Ann", old: nil), store).get()
                #expect(
                    try refusal(.open(session, hash: "hash of Ann", replacing: nil), store) == .wrongSignIn)
                #expect(try store.store.session(session.digest) == nil)
            }
        }
    }

    @Test(.onEachStore) func oneSessionEnds() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try add("Ann", .owner, store)
                try add("Ben", .keeper, store)
                let digests = try (0..<4).map { _ in try open("Ben", store) }
                let id = { (digest: String) in String(digest.prefix(SessionRecord.idLength)) }
                _ = try make(.end(.id(id(digests[0]), of: nil)), store).get()
                _ = try make(.end(.id(id(digests[1]), of: "ben")), store).get()
                #expect(try refusal(.end(.id(id(digests[2]), of: "ann")), store) == .unknownSession)
                #expect(try refusal(.end(.id(digests[2], of: nil)), store) == .unknownSession)
                _ = try make(.end(.digest(digests[2])), store).get()
                #expect(try digests.map { try isOpen($0, store) } == [false, false, false, true])
                // A new one in its place.
                try open("Ben", store, replacing: digests[3])
                #expect(try !isOpen(digests[3], store))
                #expect(try store.store.keepers(at: .now).map(\.sessions.count) == [0, 1])
            }
        }
    }

    @Test(.onEachStore) func theLeastUsedSessionEndsWhereThereAreTooMany() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try add("Ann", .owner, store)
                try add("Ben", .keeper, store)
                let other = try open("Ann", store)
                let now = Timestamp.now.millis
                let digests = try (0...KeeperSession.countMax).map { number in
                    try open("Ben", store, at: Timestamp(millis: now - 100_000 + Int64(number)))
                }
                #expect(
                    try digests.map { try isOpen($0, store) } == [false]
                        + digests.dropFirst().map { _ in true })
                #expect(try isOpen(other, store))
            }
        }
    }

    @Test(.onEachStore) func sessionsAgeAndAreUsed() async throws {
        try await withCatalogFolder { folder in
            let digests = try folder.withStore { store in
                try add("Ann", .owner, store)
                return try (0..<4).map { _ in try open("Ann", store) }
            }
            // Not used for too long, opened too long ago, used a minute ago, and just now.
            let moves: [(String, Int64, Int64)] = [
                (digests[0], 0, KeeperSession.idleMillisMax), (digests[1], KeeperSession.ageMillisMax, 0),
                (digests[2], 0, KeeperSession.useMillis),
            ]
            for (digest, opened, used) in moves {
                try folder.execute(
                    """
                    UPDATE keeper_session SET opened_millis = opened_millis - \(opened),
                        used_millis = used_millis - \(used) WHERE digest = '\(digest)'
                    """)
            }
            try folder.withStore { store in
                #expect(try digests.map { try isOpen($0, store) } == [false, false, true, true])
                #expect(try store.store.keepers(at: .now)[0].sessions.count == 2)
                let before = try digests.map { try store.store.session($0)?.used.millis ?? 0 }
                for digest in digests[2...] { _ = try make(.use(digest: digest), store).get() }
                let after = try digests.map { try store.store.session($0)?.used.millis ?? 0 }
                #expect(after[2] - before[2] >= KeeperSession.useMillis && after[3] == before[3])
                // What has ended goes when the next one is opened.
                try open("Ann", store)
                #expect(try digests.map { try store.store.session($0) != nil } == [false, false, true, true])
            }
        }
    }
}

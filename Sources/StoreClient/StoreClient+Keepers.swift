package import Model
package import Monitoring
package import StoreAPI
internal import TierHTTP

// The keepers of the shop and their sessions. Whatever fails throws a ``StoreFault``; its problem's ``StoreProblem/code``
// tells a wrong password (`wrong_sign_in`), a session that has ended (`session_ended`) and what a keeper must not do
// (`not_allowed`) apart.
extension StoreClient {
    // MARK: Sessions

    /// Opens a session of a keeper. That of a client that is ``signedIn(_:)`` ends.
    package func signIn(_ signIn: SignIn, trace: TraceContext? = nil) async throws -> OpenedSession {
        try await ask(.signIn, body: json(signIn), mayRepeat: false, trace: trace).result
    }

    /// The session of a client that is ``signedIn(_:)``.
    package func currentSession(trace: TraceContext? = nil) async throws -> KeeperSession {
        try await ask(.session, trace: trace).result
    }

    /// Ends the session of a client that is ``signedIn(_:)``.
    package func signOut(trace: TraceContext? = nil) async throws {
        let _: StoreAnswer<EndedCount> = try await ask(.signOut, trace: trace)
    }

    /// Ends a session, or all of a keeper.
    ///
    /// - Returns: how many there were.
    package func end(_ sessions: EndedSessions, trace: TraceContext? = nil) async throws -> Int {
        let answer: StoreAnswer<EndedCount> = try await ask(
            .endSessions, body: json(sessions), mayRepeat: false, trace: trace)
        return answer.result.ended
    }

    private struct EndedCount: Decodable {
        let ended: Int
    }

    // MARK: Keepers

    /// All keepers by their names, each with the sessions that are open.
    package func keepers(trace: TraceContext? = nil) async throws -> StoreAnswer<[KeeperEntry]> {
        try await ask(.keepers, trace: trace)
    }

    package func add(_ keeper: NewKeeper, trace: TraceContext? = nil) async throws -> StoreAnswer<Keeper> {
        try await ask(.newKeeper, body: json(keeper), mayRepeat: false, trace: trace)
    }

    /// Gives a keeper another role, which ends the keeper's sessions.
    package func give(_ role: NewRole, trace: TraceContext? = nil) async throws -> StoreAnswer<Keeper> {
        try await ask(.newRole, body: json(role), trace: trace)
    }

    /// Gives a keeper another password, which ends the keeper's sessions.
    package func give(
        _ password: NewPassword, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<Keeper> {
        try await ask(.newPassword, body: json(password), mayRepeat: false, trace: trace)
    }

    /// Removes a keeper, whose sessions end.
    package func removeKeeper(
        _ name: String, trace: TraceContext? = nil
    ) async throws -> StoreAnswer<Keeper> {
        try await ask(.removal, body: json(["name": name]), mayRepeat: false, trace: trace)
    }
}

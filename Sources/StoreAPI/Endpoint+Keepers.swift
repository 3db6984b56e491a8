internal import Model
internal import NIOHTTP1
internal import TierHTTP

// The keepers of the shop, and their sessions.
extension Endpoint {
    static let accounts = [
        newKeeper, newRole, newPassword, keepers, signIn, session, endSessions, removal, signOut,
    ]

    /// `/keeper`.
    package static let newKeeper = Endpoint(
        "keeper", [.POST], right: .accounts, lane: .passwords,
        RouteDoc(
            summary:
                "Adds a keeper, with a password or with a hash of one; with `first` only where there is none yet.",
            body: .json(.newKeeper), success: .keeperResult, refusals: [400, 409, 413],
            example: .init(body: #"{"name": "Ben", "role": "reader", "password": "correct horse"}"#)))

    /// `/keeper_role`.
    package static let newRole = Endpoint(
        "keeper_role", [.POST], right: .accounts, lane: .changes,
        RouteDoc(
            summary: "Gives a keeper another role, which ends the keeper's sessions.", body: .json(.newRole),
            success: .keeperResult, refusals: [400, 404, 409, 413],
            example: .init(body: #"{"name": "Ben", "role": "keeper"}"#)))

    /// `/keeper_password`.
    package static let newPassword = Endpoint(
        "keeper_password", [.POST], right: .read, lane: .passwords,
        RouteDoc(
            summary:
                "Gives a keeper another password, which ends the keeper's sessions. Who is no owner changes the own one only, and says the old one.",
            body: .json(.newPassword), success: .keeperResult, refusals: [400, 404, 409, 413],
            example: .init(body: #"{"name": "Ben", "password": "battery staple"}"#)))

    package static let keepers = Endpoint(
        "keepers", right: .accounts, isLong: true, lane: .reads,
        RouteDoc(
            summary: "All keepers, each with the open sessions.", success: .keeperList, refusals: [400]))

    /// `/sign_in`.
    package static let signIn = Endpoint(
        "sign_in", [.POST], right: .signIn, lane: .passwords,
        RouteDoc(
            summary:
                "Opens a session of a keeper. A session that the request shows ends then, open or not.",
            body: .json(.signIn), success: .openedSessionResult, refusals: [400, 413],
            example: .init(body: #"{"name": "Ben", "password": "battery staple", "device": "curl"}"#)))

    package static let session = Endpoint(
        "session", right: .read, lane: .reads,
        RouteDoc(
            summary: "The session that the request shows.", parameters: [.session],
            success: .keeperSessionResult, refusals: [400], example: .init(isSignedIn: true)))

    /// `/end_session`.
    package static let endSessions = Endpoint(
        "end_session", [.POST], right: .read, lane: .changes,
        RouteDoc(
            summary:
                "Ends a session by its id, or all of a keeper. Who is no owner ends the own ones only.",
            body: .json(.endSessions), success: .endedSessions, refusals: [400, 404, 413],
            example: .init(body: #"{"keeper": "Ben"}"#)))

    /// `/keeper_remove`.
    package static let removal = Endpoint(
        "keeper_remove", [.POST], right: .accounts, lane: .changes,
        RouteDoc(
            summary: "Removes a keeper, whose sessions end. The ledger keeps the name of who made a change.",
            body: .json(.removal), success: .keeperResult, refusals: [400, 404, 409, 413],
            example: .init(body: #"{"name": "Ben"}"#)))

    /// `/sign_out`.
    package static let signOut = Endpoint(
        "sign_out", [.POST], right: .read, lane: .changes,
        RouteDoc(
            summary: "Ends the session that the request shows.", parameters: [.session],
            success: .endedSessions, refusals: [400], example: .init(isSignedIn: true)))
}

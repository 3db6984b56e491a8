internal import Model

/// One keeper, with the sessions that are open and what an owner can do.
struct KeeperView {
    struct Session {
        let id: String
        let device: String
        let opened: String
        let used: String
        /// Whether it is that of the page.
        let isOwn: Bool

        init(_ session: KeeperSession, own: String) {
            id = session.id
            device = session.device ?? "unknown"
            opened = Wording.tabular(session.opened)
            used = Wording.tabular(session.used)
            isOwn = session.id == own
        }
    }

    let frame: Pages.Frame
    let done: String?
    let name: String
    let role: String
    let made: String
    /// Whether the page is about who looks at it.
    let isSelf: Bool
    let sessions: [Session]
    let roles: [RoleChoice]
    let password: FieldView

    init(
        _ entry: KeeperEntry, for session: DeskSession, frame: Pages.Frame, done: String? = nil,
        passwordFault: String? = nil
    ) {
        self.frame = frame
        self.done = done
        name = entry.keeper.name
        role = entry.keeper.role.rawValue
        made = Wording.tabular(entry.keeper.made)
        isSelf = entry.keeper.name == session.keeper
        sessions = entry.sessions.map { Session($0, own: session.id) }
        roles = RoleChoice.all(entry.keeper.role)
        password = FieldView(value: "", fault: passwordFault, isFocused: passwordFault != nil)
    }
}

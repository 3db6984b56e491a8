internal import Model

/// The list of keepers, with the form of a new one.
struct KeepersView {
    struct Row {
        let link: String
        let name: String
        let role: String
        let made: String
        /// Where the keeper is signed in, in words.
        let sessions: String

        init(_ entry: KeeperEntry) {
            link = DeskRoutes.path(ofKeeper: entry.keeper.name)
            name = entry.keeper.name
            role = entry.keeper.role.rawValue
            made = Wording.tabular(entry.keeper.made)
            let count = entry.sessions.count == 1 ? "1 session" : "\(entry.sessions.count) sessions"
            let last = entry.sessions.map(\.used.millis).max().map(Timestamp.init(millis:))
            sessions = last.map { "\(count), last used \(Wording.tabular($0))" } ?? "signed out"
        }
    }

    let frame: Pages.Frame
    var done: String?
    var keepers: [Row]
    /// The form of a new keeper, as it was typed.
    var name = FieldView(value: "", fault: nil, isFocused: false)
    var password = FieldView(value: "", fault: nil, isFocused: false)
    var roles = RoleChoice.all(.keeper)
}

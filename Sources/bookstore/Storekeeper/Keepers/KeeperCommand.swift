internal import ArgumentParser
internal import Model
internal import StoreAPI
internal import StoreClient

/// `bookstore keeper`
struct KeeperCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keeper", abstract: "The persons who keep the shop, with what each of them may do.",
        discussion: """
            An owner may do everything, a keeper everything but look after the keepers and set the shop's settings, and \
            a reader looks only. \
            Examples:
              bookstore keeper add Ann --role owner
              bookstore keeper role Ben reader
            """,
        subcommands: [Add.self, List.self, Role.self, Password.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Add a keeper, who can sign in from then on.",
            discussion: """
                The password is asked for, or read from a file or standard input. Examples:
                  bookstore keeper add Ann --role owner
                  bookstore keeper add Ben --role reader < password.txt
                """)

        @OptionGroup var named: KeeperArgument
        @Option(help: ArgumentHelp("owner, keeper or reader.", valueName: "role")) var role: KeeperRole
        @OptionGroup var password: PasswordOptions
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            let new = NewKeeper(
                name: named.name, role: role, password: .typed(try password.password(of: named.name)))
            try await KeeperConnection.open(keeper) { store in
                try await store.add(new).show(isJSON: keeper.json) { "\($0.name) is \($0.role.words) now" }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "All keepers, with where they are signed in.")

        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                let answer = try await store.keepers()
                guard !keeper.json else { return Output.line(answer.text) }
                Output.lines(KeeperEntry.table.lines(answer.result.map(\.cells)))
            }
        }
    }

    struct Role: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Give a keeper another role, which ends the keeper's sessions.",
            discussion: "Example: bookstore keeper role Ben reader")

        @OptionGroup var named: KeeperArgument
        @Argument(help: "owner, keeper or reader.") var role: KeeperRole
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                try await store.give(NewRole(name: named.name, role: role)).show(isJSON: keeper.json) {
                    "\($0.name) is \($0.role.words) now"
                }
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password",
            abstract: "Give a keeper another password, which ends the keeper's sessions.",
            discussion: "Example: bookstore keeper password Ben")

        @OptionGroup var named: KeeperArgument
        @OptionGroup var password: PasswordOptions
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            let new = NewPassword(name: named.name, password: try password.password(of: named.name))
            try await KeeperConnection.open(keeper) { store in
                try await store.give(new).show(isJSON: keeper.json) {
                    "\($0.name) has a new password, and no session"
                }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove a keeper, whose sessions end at once.",
            discussion: "The ledger keeps the name of who made a change. Example: bookstore keeper remove Ben"
        )

        @OptionGroup var named: KeeperArgument
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                try await store.removeKeeper(named.name).show(isJSON: keeper.json) {
                    "\($0.name) is no keeper any more"
                }
            }
        }
    }
}

/// Which keeper a command is about.
struct KeeperArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The keeper's name, in any case.", valueName: "name")) var name: String

    func validate() throws {
        try ArgumentCheck.checkText(name, "<name>", byteCountMax: KeeperRequest.actorByteCountMax)
    }
}

extension KeeperRole: ExpressibleByArgument {}

extension StoreAnswer<Keeper> {
    /// Prints what became of a keeper.
    fileprivate func show(isJSON: Bool, _ words: (Keeper) -> String) {
        Output.line(isJSON ? text : words(result))
    }
}

extension KeeperEntry: TableRow {
    static let table = TextTable([
        .left("name"), .left("role"), .left("made"), .right("sessions"), .left("last used"),
    ])

    var cells: [String] {
        let used = sessions.map(\.used).max { $0.millis < $1.millis }
        return [
            keeper.name, keeper.role.rawValue, keeper.made.secondText, String(sessions.count),
            used?.secondText ?? "",
        ]
    }
}

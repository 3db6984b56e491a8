internal import ArgumentParser
internal import Foundation
internal import Model
internal import StoreAPI
internal import StoreClient

/// `bookstore webhook`
struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Programs that the store tells of events: add, list, remove, and what they were not told.",
        discussion: """
            Each is sent the events of the ledger in its order, by signed POST requests, until it has taken them. Examples:
              bookstore webhook add https://mail.example/bookstore --secret-file secret --kinds order,state
              bookstore webhook list
              bookstore webhook resend 1
            """,
        subcommands: [Add.self, List.self, Remove.self, Dead.self, Resend.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "add", abstract: "Tell a program of events.",
            discussion: """
                The secret signs what is sent; the receiver has the same. To make one: openssl rand -hex 32 > secret
                Addresses that are not on the Internet are refused, unless the catalog runs with \
                \(Setting.privateWebhooks.flag) \(PrivateWebhooks.allowed.rawValue).
                """)

        @Argument(help: "Where the events are sent: an https or http URL.") var url: String
        @Option(
            help: ArgumentHelp("The file that holds the secret.", valueName: "file"), completion: .file())
        var secretFile: String
        @Option(
            help: ArgumentHelp(
                "The kinds of events, parted by commas; all without it: \(StoreEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")).",
                valueName: "kinds"))
        var kinds: String?
        @Option(
            help: ArgumentHelp(
                "Tell what came after this movement; 'end', what comes from now on, without it.",
                valueName: "n"))
        var after: String?
        @Option(
            help: ArgumentHelp(
                "Who adds it; the name you are logged in by without it.", valueName: "name"))
        var actor: String?
        @OptionGroup var keeper: KeeperOptions

        func validate() throws {
            _ = try (parsedURL, parsedKinds, position)
            try ArgumentCheck.checkText(actor, "--actor", byteCountMax: KeeperRequest.actorByteCountMax)
        }

        private var parsedURL: OutsideURL {
            get throws {
                do throws(LineFault) {
                    return try OutsideURL(parsing: url)
                } catch {
                    throw ValidationError("<url> \(ShownText.quoted(url)) \(error.reason)")
                }
            }
        }

        private var parsedKinds: [StoreEvent.Kind] {
            get throws {
                guard let kinds else { return StoreEvent.Kind.allCases }
                let known = StoreEvent.Kind.allCases
                return try kinds.split(separator: ",", omittingEmptySubsequences: false).map { name in
                    guard let kind = StoreEvent.Kind(rawValue: String(name)) else {
                        throw ValidationError(
                            "--kinds \(ShownText.quoted(kinds)) are not of \(known.map(\.rawValue).joined(separator: ", ")), parted by commas"
                        )
                    }
                    return kind
                }
            }
        }

        private var position: Int64? {
            get throws { try EventsCommand.position(after) }
        }

        func run() async throws {
            let webhook = NewWebhook(
                url: try parsedURL, secret: try secret(), kinds: try parsedKinds, after: try position,
                actor: actor ?? NSUserName())
            try await KeeperConnection.open(keeper) { store in
                let answer = try await store.add(webhook)
                guard !keeper.json else { return Output.line(answer.text) }
                Output.lines(Webhook.table.lines([answer.result.cells]))
            }
        }

        private func secret() throws -> WebhookSecret {
            guard let data = FileManager.default.contents(atPath: secretFile) else {
                throw FileFault(
                    path: secretFile, reason: "cannot be read; it should hold the webhook's secret")
            }
            let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            do throws(LineFault) {
                return try WebhookSecret(parsing: text)
            } catch {
                throw FileFault(path: secretFile, reason: error.reason)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The webhooks, with how far each was told and what fails.")

        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                let answer = try await store.webhooks()
                guard !keeper.json else { return Output.line(answer.text) }
                Output.lines(Webhook.table.lines(answer.result.map(\.cells)))
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Tell a program nothing more, and forget its dead letters.")

        @OptionGroup var webhook: WebhookArgument
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                let answer = try await store.removeWebhook(webhook.number)
                guard !keeper.json else { return Output.line(answer.text) }
                Output.lines(Webhook.table.lines([answer.result.cells]))
            }
        }
    }

    struct Dead: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dead", abstract: "What a program could not be told in a day of attempts.")

        @OptionGroup var webhook: WebhookArgument
        @OptionGroup var page: PageOptions
        @OptionGroup var keeper: KeeperOptions

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                page.show(
                    try await store.deadLetters(
                        of: webhook.number, limit: page.limit, after: page.after),
                    isJSON: keeper.json)
            }
        }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resend", abstract: "Send dead letters again, each once.",
            discussion: "Those that arrive are dead no longer. 'bookstore webhook dead' shows the others.")

        @OptionGroup var webhook: WebhookArgument
        @Argument(help: ArgumentHelp("Only the letter of this movement.", valueName: "sequence"))
        var sequence: Int64?
        @OptionGroup var keeper: KeeperOptions

        func validate() throws {
            try ArgumentCheck.check(sequence, "<sequence>", in: 1...Int64.max)
        }

        func run() async throws {
            try await KeeperConnection.open(keeper) { store in
                let answer = try await store.resend(webhook.number, sequence: sequence)
                guard !keeper.json else { return Output.line(answer.text) }
                Output.line("letters that are sent again: \(answer.result.count)")
            }
        }
    }
}

/// Which webhook a command is about.
struct WebhookArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The webhook's number.", valueName: "webhook")) var number: Int64

    func validate() throws { try ArgumentCheck.check(number, "<webhook>", in: 1...Int64.max) }
}

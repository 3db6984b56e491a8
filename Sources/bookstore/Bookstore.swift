internal import ArgumentParser
internal import Foundation
internal import Model
internal import Monitoring

/// The command line of the store, with one file for each command.
@main
struct Bookstore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bookstore",
        abstract: "An online bookstore of cooperating servers.",
        discussion: """
            A store to look at, with a past:   bookstore demo
            The whole store on this machine:   bookstore up
            Then, in another terminal:         bookstore client search 'distributed systems'
                                               bookstore client buy 1

            Every option can also be set by the environment (--data is BOOKSTORE_DATA) or by a settings \
            file (--settings); 'bookstore config' shows them all with their values.

            Exit status: 0 done, 1 the check or the work failed, 3 a limit of bench --fail-if was crossed, \
            64 wrong usage, 69 a server is out of reach, 75 the outcome of a purchase or change is unknown and the \
            line to repeat it was printed, 78 bad configuration.
            """,
        version: StoreVersion.text,
        subcommands: [
            UpCommand.self, DemoCommand.self, CatalogCommand.self, OrderCommand.self, FrontendCommand.self,
            StorefrontCommand.self, DeskPasswordCommand.self, ClientCommand.self, BooksCommand.self,
            RestockCommand.self, RepriceCommand.self, LedgerCommand.self, OrdersCommand.self,
            EventsCommand.self, WebhookCommand.self, KeeperCommand.self,
            AcceptanceCommand.self, VerifyCommand.self, RecoverCommand.self, CompleteLogCommand.self,
            TopCommand.self,
            BenchCommand.self, ChaosCommand.self, ConfigCommand.self, BackupCommand.self,
            HealthcheckCommand.self, CompletionCommand.self, VersionCommand.self,
        ])

    static func main() async {
        // A reader that exits (`bookstore … | head`) or a client that disconnects must not end a server.
        signal(SIGPIPE, SIG_IGN)
        StandardStream.occupyClosed()
        // All files of a command, including temporary files of libraries, are only for its own user, whatever
        // umask it was started with.
        umask(PrivateMode.withheld)
        #if DEBUG
            let planted = ProcessInfo.processInfo.environment[PlantedBug.environmentVariable]
            PlantedBug.plantedInProcess = planted.flatMap { PlantedBug(rawValue: $0) }
        #endif
        var command: any ParsableCommand
        do {
            command = try parseAsRoot()
        } catch {
            ExitStatus.exit(with: error)
        }
        do {
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            ExitStatus.exit(with: error, of: type(of: command))
        }
        ExitStatus.leave()
    }
}

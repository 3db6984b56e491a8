internal import ArgumentParser
internal import Catalog
internal import Model
internal import Order
internal import Storage

/// `bookstore backup`
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy the databases while the store is selling.",
        discussion: """
            Example: bookstore backup /srv/backup/2026-11-24
            Copies what of the two databases is in the data folder, the orders first: the ledger is then never \
            behind them, and what it has more the order server takes from it. Where the tiers have machines of \
            their own, run it on the order server's before the catalog's. To restore, start the tiers with the \
            copies as their data folder and an empty output folder.
            """)

    @Argument(
        help: "The folder to copy into; it is made if need be, and may hold no database yet.",
        completion: .directory)
    var folder: String
    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions
    @Flag(help: "Print the copies as JSON.") var json = false

    /// What `--json` prints.
    private struct Copies: Encodable {
        let files: [String]
    }

    func run() async throws {
        let settings = try await common.load([.data: data.data, .store: data.store])
        try settings.refuseStoreURL("back it up with its own tools, such as pg_dump --schema=bookstore")
        let source = settings.text(.data)
        let hasOrders = OrderStoreSnapshot.exists(in: source)
        let hasCatalog = CatalogStore.exists(in: source)
        guard hasOrders || hasCatalog else {
            throw FileFault(path: source, reason: "has no database; name the data folder by --data")
        }
        try Folder.prepare(folder, option: "the command's argument")
        var files: [String] = []
        if hasOrders {
            try OrderStoreSnapshot.backUp(folder: source, to: folder)
            files.append("\(folder)/order.sqlite")
        }
        if hasCatalog {
            try CatalogSnapshot.backUp(folder: source, to: folder)
            files.append("\(folder)/catalog.sqlite")
        }
        json ? try Output.json(Copies(files: files)) : Output.lines(files)
    }
}

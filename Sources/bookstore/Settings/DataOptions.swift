internal import ArgumentParser

/// Where the databases live.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The folder of the databases.", valueName: "dir"), completion: .directory)
    var data: String?

    @Option(
        help: ArgumentHelp(
            "The store's PostgreSQL, such as postgresql://user@host/database, instead of SQLite in the data folder.",
            valueName: "url"))
    var store: String?
}

internal import ArgumentParser
internal import Catalog

/// What a catalog opens with and logs.
struct CatalogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The first books, as init lines, or 'none' for an empty shop; read only where no database exists yet.",
            valueName: "file"), completion: .file())
    var books: String?

    @Option(
        help: ArgumentHelp(
            "Query lines in catalog_log: all, sampled (one in a hundred) or off.", valueName: "which"),
        completion: .list(QueryLogging.allCases.map(\.rawValue)))
    var logQueries: String?

    @Option(
        help: ArgumentHelp(
            "How long a refused purchase is remembered by its key; 24 or more. Sold ones stay.",
            valueName: "hours"))
    var keyHours: Int?

    @Option(
        help: ArgumentHelp(
            "Events tell when a book's stock falls to so many copies or fewer.", valueName: "copies"))
    var lowStock: Int64?

    @Option(
        help: ArgumentHelp(
            "Whether webhooks may lead to addresses that are not on the Internet: refused or allowed.",
            valueName: "which"),
        completion: .list(PrivateWebhooks.allCases.map(\.rawValue)))
    var privateWebhooks: String?
}

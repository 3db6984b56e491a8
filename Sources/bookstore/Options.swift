internal import ArgumentParser
internal import Catalog
internal import Configuration
internal import Logging
internal import Monitoring

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("Where every server listens: lines of type,host:port.", valueName: "file"),
        completion: .file())
    var configFile: String?

    @Option(
        help: ArgumentHelp("The folder of catalog_log, order_log and client_log.", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp("A JSON file with further settings; see 'bookstore config'.", valueName: "file"),
        completion: .file())
    var settings: String?

    @Option(
        help: ArgumentHelp(
            "The servers' logs: trace, debug (every request), info, notice, warning, error.",
            valueName: "level"), completion: .list(Logger.Level.allCases.map(\.rawValue)))
    var logLevel: String?

    @Option(
        help: ArgumentHelp("The servers' logs: text or json.", valueName: "format"),
        completion: .list(LogFormat.allCases.map(\.rawValue)))
    var logFormat: String?

    @Option(
        help: ArgumentHelp(
            "A file with the store's token, which changing and listing things needs; or set BOOKSTORE_TOKEN.",
            valueName: "file"), completion: .file())
    var tokenFile: String?

    /// The settings, with these options and `more` over what `up` has handed down, the environment and the
    /// settings file.
    func load(_ more: [Setting: String?] = [:], handed: [String: String] = [:]) async throws -> Settings {
        var flags: [String: String] = [:]
        let own: [(Setting, String?)] = [
            (.config, configFile), (.output, output), (.logLevel, logLevel), (.logFormat, logFormat),
            (.tokenFile, tokenFile),
        ]
        for (setting, value) in own + more.map({ ($0.key, $0.value) }) {
            if let value { flags[setting.key] = value }
        }
        return try await Settings(flags: flags, handed: handed, file: settings)
    }
}

/// Options of the tiers.
struct TierOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Which of several lines of its type in the config file this server is, from 0.", valueName: "n"))
    var index: Int?

    @Option(
        help: ArgumentHelp(
            "Listen on this address instead of the config file's, such as 0.0.0.0.", valueName: "address"))
    var bind: String?

    @Flag(
        help: ArgumentHelp(
            "Stop when standard input ends: set by 'up', so that no tier outlives it.", visibility: .hidden))
    var supervised = false

    @Flag(
        help: ArgumentHelp(
            "Set by 'up': as --supervised, with settings on standard input and a report on standard output.",
            visibility: .hidden))
    var childOfUp = false
}

/// Where the databases live.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The folder of the databases.", valueName: "dir"), completion: .directory)
    var data: String?
}

/// Who may sit at the storekeeper's desk of a web shop.
struct DeskOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the desk's password hashed, made by 'bookstore desk-password'; or set BOOKSTORE_DESK_PASSWORD. Without either there is no desk.",
            valueName: "file"), completion: .file())
    var deskPasswordFile: String?
}

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
}

extension Setting: Hashable {
    static func == (left: Setting, right: Setting) -> Bool { left.key == right.key }
    func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

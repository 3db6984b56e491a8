internal import ArgumentParser
internal import Catalog
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
        name: .customLong("output"),
        help: ArgumentHelp(
            "The folder of catalog_log, order_log and client_log; verify and recover take several.",
            valueName: "dir"), completion: .directory)
    var outputs: [String] = []

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
    ///
    /// - Parameter takesOutputs: whether the command reads several folders of logs.
    func load(
        _ more: [Setting: String?] = [:], handed: HandedSettings = HandedSettings(),
        takesOutputs: Bool = false
    ) async throws -> Settings {
        guard outputs.count <= 1 || takesOutputs else {
            throw ValidationError(
                "\(Setting.output.flag) is given \(outputs.count) times; only verify and recover take several"
            )
        }
        var flags: [String: String] = [:]
        let own: [(Setting, String?)] = [
            (.config, configFile), (.output, outputs.first), (.logLevel, logLevel), (.logFormat, logFormat),
            (.tokenFile, tokenFile),
        ]
        for (setting, value) in own + more.map({ ($0.key, $0.value) }) {
            if let value { flags[setting.key] = value }
        }
        return try await Settings(flags: flags, handed: handed, file: settings)
    }
}

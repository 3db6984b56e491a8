internal import ArgumentParser
internal import Model
internal import TierHTTP

/// Options of the commands that talk to a frontend.
struct FrontendOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The frontend to ask; without it, the first of the config file.", valueName: "host:port"))
    var frontend: String?

    /// The frontend's address.
    func address(_ settings: Settings) throws -> ServerAddress {
        guard let frontend else {
            return try settings.servers().address(of: .frontend, index: 0, path: settings.text(.config))
        }
        guard let address = ServerAddress(parsing: frontend) else {
            throw ValidationError(
                "--frontend \(ShownText.quoted(frontend)) is not host:port with a port from 1 to 65535")
        }
        return address
    }
}

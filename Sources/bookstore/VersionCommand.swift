internal import ArgumentParser
internal import Model

/// `bookstore version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Print this program's version.")

    private struct Version: Encodable {
        let version = StoreVersion.text
        let configuration = StoreVersion.configuration
    }

    @Flag(help: "Print it as JSON, with the kind of build.") var json = false

    func run() throws { json ? try Output.json(Version()) : Output.line(StoreVersion.text) }
}

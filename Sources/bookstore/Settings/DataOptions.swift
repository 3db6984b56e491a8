internal import ArgumentParser

/// Where the databases live.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The folder of the databases.", valueName: "dir"), completion: .directory)
    var data: String?
}

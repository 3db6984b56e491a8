internal import ArgumentParser

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

    @Flag(
        help: ArgumentHelp(
            "Set by 'up' where the last start ended because the database is away: is silent about that.",
            visibility: .hidden))
    var again = false
}

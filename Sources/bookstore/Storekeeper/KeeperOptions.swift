internal import ArgumentParser

/// Options of the commands by which a storekeeper looks at the store and changes it.
struct KeeperOptions: ParsableArguments {
    @OptionGroup var frontend: FrontendOptions
    @OptionGroup var common: CommonOptions
    @Flag(help: "Print the server's JSON instead of a table.") var json = false
}

internal import Acceptance
internal import ArgumentParser
internal import Catalog
internal import Foundation
internal import Model
internal import Monitoring
internal import Storage
internal import TierHTTP

/// `bookstore acceptance`
struct AcceptanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acceptance", abstract: "Run acceptance tests 1 to 4 and show each step and verdict.",
        discussion: """
            Without --frontend it opens a store of its own on free ports, tests that and closes it; its logs \
            stay in the output folder, or in a folder inside it where a store of yours has its logs there. With \
            --frontend it grades any store that speaks the contract; that store must have the four default \
            books and have sold nothing yet, for it buys.
            """)

    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The frontend to test.", valueName: "host:port"))
    var frontend: String?
    @Option(
        help: ArgumentHelp(
            "With --frontend: where catalog_log and order_log of that store can be read.", valueName: "dir"),
        completion: .directory)
    var logs: String?
    @Flag(help: "Print every check and the verdict as JSON, at the end.") var json = false

    /// What `--json` prints.
    private struct Report: Encodable {
        struct Test: Encodable {
            struct Check: Encodable {
                let check: String
                /// Nil where it was not looked at.
                let passed: Bool?
                let found: String?
            }

            let name: String
            let passed: Bool
            let checks: [Check]
        }

        let frontend: String
        let passed: Bool
        let tests: [Test]
    }

    func run() async throws {
        let settings = try await common.load()
        let output = settings.text(.output)
        try Folder.prepare(output, option: Setting.output.flag)
        let loops = TierLoops()
        let isPassed: Bool
        if frontend != nil {
            let address = try FrontendOptions.parse(["--frontend", frontend ?? ""]).address(settings)
            isPassed = try await test(address, output: output, logs: logs, loops: loops)
        } else {
            isPassed = try await testOwnStore(output: try ownOutput(settings), loops: loops)
        }
        if !isPassed { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    private func test(
        _ address: ServerAddress, output: String, logs: String?, loops: TierLoops
    ) async throws -> Bool {
        let log = try OperationLog(path: output + "/client_log", isShared: true)
        if !json { Output.line("Testing the store at http://\(address)\n") }
        let tests = AcceptanceTests(frontend: address, clientLog: log, logFolder: logs, loops: loops) {
            // It contains the answers of other frontends.
            if !json { Output.message($0) }
        }
        let isPassed = try await tests.run()
        try log.shutdown()
        if json { try Output.json(Self.report(tests, of: address, isPassed: isPassed)) }
        return isPassed
    }

    private static func report(
        _ tests: AcceptanceTests, of address: ServerAddress, isPassed: Bool
    ) -> Report {
        let results = tests.results.map { result in
            Report.Test(
                name: result.name, passed: result.isPassed,
                checks: result.checks.map {
                    Report.Test.Check(check: $0.what, passed: $0.isPassed, found: $0.found)
                })
        }
        return Report(frontend: "\(address)", passed: isPassed, tests: results)
    }

    /// The folder of this run's logs. Those of a store whose database is kept here stay where they are: they
    /// are what it could be recovered from.
    private func ownOutput(_ settings: Settings) throws -> String {
        let output = settings.text(.output)
        guard CatalogStore.exists(in: settings.text(.data)) else { return output }
        let own = output + "/acceptance"
        try Folder.prepare(own, option: Setting.output.flag)
        ExitStatus.say(
            "\(output) has the logs of the store in \(settings.text(.data)); this run's are in \(own)")
        return own
    }

    /// Opens a store in a temporary folder, tests it and closes it.
    private func testOwnStore(output: String, loops: TierLoops) async throws -> Bool {
        for name in ["catalog_log", "order_log"] { try Self.putAside(output + "/" + name) }
        return try await TemporaryStore(common: common, loops: loops).run([.output: output]) { address in
            try await test(address, output: output, logs: output, loops: loops)
        }
    }

    /// Keeps the log of an earlier store: this run's logs must hold this run's operations only.
    private static func putAside(_ path: String) throws {
        guard let size = FileSize.of(path), size > 0 else { return }
        // Refused here when a running store writes it.
        try OperationLog(path: path).shutdown()
        let aside = try LogFile.putAside(path)
        ExitStatus.say("\(path) of an earlier store is kept as \(aside)")
    }
}

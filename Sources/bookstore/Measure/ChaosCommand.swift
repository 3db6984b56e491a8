internal import ArgumentParser
internal import Audit
internal import Chaos
internal import Foundation
internal import Linearizability
internal import Model
internal import Monitoring
internal import Processes
internal import Storage
internal import Synchronization

/// `bookstore chaos`
struct ChaosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos", abstract: "Try hard to break the store's promises, and look whether one broke.",
        discussion: """
            Opens a store of its own on loopback addresses, in a folder of its own, and lets clients buy and order while \
            its servers are killed and frozen and its connections fail; then compares what the clients were told \
            with what the store has written down. Ends when both --buys and --faults are reached, or when \
            --seconds are over; Ctrl-C ends it early, audits and reports. Exit status 0 when nothing was lost, \
            oversold or duplicated, 1 with every finding.
            """)

    /// What start, duplicates, audits and the stop may take besides the rounds; a run that takes longer is
    /// stuck.
    private static let overheadSecondsMax = 1_800

    @Flag(
        help: """
            Two servers of each tier over a PostgreSQL with a synchronous standby, which are started as well and fail \
            like everything else.
            """) var replicas = false
    @Option(help: ArgumentHelp("Purchases to make, at least.", valueName: "n")) var buys = 20_000
    @Option(help: ArgumentHelp("Faults to inject, at least.", valueName: "n")) var faults = 200
    @Option(help: ArgumentHelp("Clients that send requests at the same time.", valueName: "n")) var clients =
        24
    @Option(help: ArgumentHelp("How long faults may be injected, at most.", valueName: "n")) var seconds = 600
    @Option(
        help: ArgumentHelp("Repeats the faults of an earlier run; drawn anew without one.", valueName: "n"))
    var seed: UInt64?
    @Option(help: ArgumentHelp("Purchases to send 32 times at once before the faults begin.", valueName: "n"))
    var duplicates = 1_000
    @Option(
        help: ArgumentHelp("Write the report there as well, as Markdown.", valueName: "file"),
        completion: .file())
    var report: String?
    @Flag(help: "Keep the store's folder also when nothing was found.") var keep = false

    func validate() throws {
        let ranges = [
            ("--buys", buys, 1...100_000_000), ("--faults", faults, 1...1_000_000),
            ("--clients", clients, 1...1_000),
            ("--seconds", seconds, 1...86_400), ("--duplicates", duplicates, 0...1_000_000),
        ]
        for (name, value, range) in ranges where !range.contains(value) {
            throw ValidationError("\(name) \(value) is not from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    func run() async throws {
        try checkReport()
        let seed = seed ?? UInt64.random(in: 1...999_999_999)
        let folder =
            FileManager.default.temporaryDirectory.path + "/bookstore-chaos-\(UUID().uuidString.prefix(8))"
        let options = ChaosOptions(
            layout: replicas ? .replicas : .oneMachine, purchases: buys, faults: faults, clients: clients,
            seconds: seconds, seed: seed, duplicates: duplicates, folder: folder, program: Supervisor.ownPath)
        let line = StatusLine()
        let run = ChaosRun(options: options, checkBooks: Self.checkBooks, say: line.show)
        ExitStatus.say("chaos: seed \(seed), files in \(folder)")
        let listening = await StopSignals.listen { [stop = run.stop] in
            ExitStatus.say("\nchaos: stopping; what was done so far is audited")
            stop.set()
        }
        defer { listening.cancel() }
        endIfStuck(folder: folder)
        let result: ChaosReport
        do {
            result = try await run.run()
        } catch {
            throw WorkFault("chaos: \(error); the files are in \(folder)")
        }
        line.end()
        try conclude(result)
    }

    /// An hour's work must not be lost to a misspelt folder.
    private func checkReport() throws {
        guard let report else { return }
        let folder = (report as NSString).deletingLastPathComponent
        guard FileManager.default.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
            throw FileFault(path: report, reason: "cannot be written; name a report in a folder that exists")
        }
    }

    private func conclude(_ result: ChaosReport) throws {
        for finding in result.findings { Output.message("\(finding)") }
        if let report {
            try result.markdown.write(toFile: report, atomically: true, encoding: .utf8)
            ExitStatus.say("chaos: the report is in \(report)")
        }
        Output.line(
            """
            \(result.counts.faultCount) faults, \(result.counts.purchases) buys (\(result.counts.sold) sold, \
            \(result.counts.soldOut) sold out), \(result.counts.orders) orders (\(result.counts.cancelled) cancelled, \
            \(result.counts.handedOver) handed over, \(result.counts.returned) returns), \(result.history.operationCount) operations of \
            \(result.history.bookCount) books checked, \(Int(result.seconds)) s: \(result.findingCount) findings
            Repeat with: \(result.command)
            """)
        let folder = result.options.folder
        guard result.findingCount == 0 else {
            ExitStatus.say("chaos: \(result.findingCount) findings; the files are in \(folder)")
            throw ExitCode(ExitStatus.failed.rawValue)
        }
        if keep {
            ExitStatus.say("chaos: the files are in \(folder)")
        } else {
            try FileManager.default.removeItem(atPath: folder)
        }
        guard result.reachedGoals || result.isStopped else {
            ExitStatus.say(
                "chaos: nothing was found, but the time was over before --buys and --faults were reached")
            throw ExitCode(ExitStatus.failed.rawValue)
        }
    }

    /// Whatever happens, the command ends: a run that hangs would hang CI.
    private func endIfStuck(folder: String) {
        let limit = seconds + Self.overheadSecondsMax
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: Double(limit))
            ExitStatus.say(
                "\nchaos: stuck for \(limit) s, so it ends without a report; the files are in \(folder)")
            Foundation.exit(ExitStatus.failed.rawValue)
        }
    }

    private static let checkBooks: ChaosRun.BooksCheck = { place in
        let store = StoreFiles(
            data: place.data, url: try place.url.map(StoreURL.init(parsing:)), outputs: place.outputs)
        return try await store.audit(patience: .seconds(5)).discrepancies.map(\.description)
    }
}

/// One line on standard error that is redrawn in place on a terminal; elsewhere a line now and then.
private final class StatusLine: Sendable {
    private static let linesEvery = Duration.seconds(10)

    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private let last = Mutex<ContinuousClock.Instant?>(nil)

    /// Shows how far the run is.
    var show: @Sendable (String) -> Void {
        { text in
            let now = ContinuousClock.now
            let seconds = Int((now - self.start) / .seconds(1))
            let line = "chaos \(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60) \(text)"
            if self.isTerminal { return StandardError.write("\r\u{1B}[K\(line)") }
            let isDue = self.last.withLock { last in
                guard let shown = last, now - shown < Self.linesEvery else {
                    last = now
                    return true
                }
                return false
            }
            if isDue || !text.contains(" findings") { ExitStatus.say(line) }
        }
    }

    /// Leaves the line.
    func end() { if isTerminal { StandardError.write("\n") } }
}

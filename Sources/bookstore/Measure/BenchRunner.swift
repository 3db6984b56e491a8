internal import ArgumentParser
internal import Bench
internal import Foundation
internal import Model
internal import Processes
internal import TierHTTP

/// One run of `bookstore bench`: opens a store where none is named, measures, reports, judges.
struct BenchRunner {
    let request: BenchRequest
    let command: BenchCommand
    private let loops: TierLoops
    private let stop = StopFlag()

    init(request: BenchRequest, command: BenchCommand) {
        self.request = request
        self.command = command
        loops = TierLoops(count: command.threads)
    }

    func run() async throws {
        try checkFiles()
        OpenFiles.raiseLimit()
        let machine = MachineFacts.now(programVersion: Bookstore.configuration.version)
        let listening = await StopSignals.listen { [stop] in stop.set() }
        defer { listening.cancel() }
        let bar = ProgressBar("bench")
        let report: BenchReport
        if let frontend = request.frontend {
            report = try await measure(frontend, machine: machine, durability: nil, bar: bar)
        } else {
            report = try await measureOwnStore(machine: machine, bar: bar)
        }
        bar.end()
        try conclude(report)
    }

    /// The books that a store of its own opens with: the four default ones, with much more stock.
    private func measureOwnStore(machine: MachineFacts, bar: ProgressBar) async throws -> BenchReport {
        let own = try TemporaryStore(common: command.common, loops: loops)
        let books = own.folder + "/books"
        let lines = Book.defaults.map { book in
            var book = book
            book.stock = request.stock
            return BookLine.text(book) + "\n"
        }
        try lines.joined().write(toFile: books, atomically: true, encoding: .utf8)
        ExitStatus.say("bench: opening a store in \(own.folder)")
        let settings: [Setting: String?] = [
            .books: command.books ?? books, .output: command.common.outputs.first ?? own.folder + "/output",
            .logLevel: command.common.logLevel ?? "warning",
        ]
        return try await own.run(settings) { frontend in
            try await measure(
                frontend, machine: machine, durability: Self.durability(folder: own.folder), bar: bar)
        }
    }

    private func measure(
        _ frontend: ServerAddress, machine: MachineFacts, durability: String?, bar: ProgressBar
    ) async throws -> BenchReport {
        let check = FrontendCheck(
            frontend: frontend, topics: command.topic, items: request.items, timeoutSeconds: command.timeout)
        let session = BenchSession(
            check: check, zipfExponent: command.zipf, isOwnStore: durability != nil,
            durability: durability ?? "not known: the store was there before", machine: machine, loops: loops,
            stop: stop, progress: bar.show)
        switch request.work {
        case .evaluation(let plan): return try await session.evaluate(plan)
        case .load(let plan): return try await session.load(plan)
        case .sellOut(let item, let plan): return try await session.sellOut(item, plan: plan)
        }
    }

    private static func durability(folder: String) -> String {
        let sync = DiskProbe.medianSyncMillis(folder: folder).map { millis in
            let rounded = (millis * 100).rounded() / 100
            return "; one sync of 4 KiB there takes \(rounded) ms (median of \(DiskProbe.syncCount))"
        }
        let kind = DiskProbe.fileSystem(of: folder) ?? "an unknown file system"
        let memory = kind == "tmpfs" ? " (which is memory: nothing there outlives a power cut)" : ""
        return
            "every sale is synced to the disk before it is answered (SQLite write-ahead log, synchronous=FULL), "
            + "on \(kind)\(memory)\(sync ?? "")"
    }

    // MARK: What comes out

    private func conclude(_ report: BenchReport) throws {
        // What took minutes to measure is saved first, whatever becomes of standard output.
        try write(report)
        Output.write(report.text)
        var failures: [String] = []
        if let sale = report.sale, let fault = sale.fault { failures.append(fault) }
        if let nonsense = report.nonsense {
            failures.append("the frontend answered nonsense: \(nonsense)")
        }
        let answers = report.cells.compactMap(\.latency).reduce(0) { $0 + $1.count }
        if answers == 0 { failures.append("nothing was answered as the contract says") }
        if report.isInterrupted { failures.append("interrupted") }
        for failure in failures { ExitStatus.say("bench: \(failure)") }
        let crossed = request.thresholds.flatMap { $0.violations(in: report) }
        for line in crossed { ExitStatus.say("bench: \(line)") }
        if !failures.isEmpty { throw ExitCode(ExitStatus.failed.rawValue) }
        if !crossed.isEmpty { throw ExitCode(ExitStatus.thresholdCrossed.rawValue) }
    }

    private func write(_ report: BenchReport) throws {
        if let html = command.html { try Data(report.html.utf8).write(to: URL(fileURLWithPath: html)) }
        if let json = command.json { try report.json.write(to: URL(fileURLWithPath: json)) }
        if let csv = command.csv { try Data(report.csv.utf8).write(to: URL(fileURLWithPath: csv)) }
        if let markdown = command.markdown {
            let page = FileManager.default.contents(atPath: markdown).map {
                String(decoding: $0, as: UTF8.self)
            }
            let whole =
                page.flatMap { MarkdownSection.replace(in: $0, by: report.markdown) } ?? report.markdown
            try Data(whole.utf8).write(to: URL(fileURLWithPath: markdown))
        }
    }

    /// A long run must not be lost to a misspelt folder.
    private func checkFiles() throws {
        for path in [command.html, command.json, command.csv, command.markdown].compactMap({ $0 }) {
            let url = URL(fileURLWithPath: path)
            let folder = url.deletingLastPathComponent().path
            let isThere = FileManager.default.fileExists(atPath: url.path)
            guard FileManager.default.isWritableFile(atPath: isThere ? url.path : folder) else {
                throw FileFault(path: path, reason: "cannot be written; name a file in a folder that exists")
            }
        }
    }
}

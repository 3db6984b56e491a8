internal import ArgumentParser
internal import Foundation
internal import Model
internal import Monitoring
internal import NIOCore
internal import TierHTTP
internal import Top
internal import UnixSignals

/// `bookstore top`
struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "What every server does just now: rates, latencies, errors, queues.",
        discussion: """
            Reads the metrics of all servers of the config file again and again and shows what changed between \
            two readings. On a terminal it draws a screen: a line for each tier, then every server with what it \
            does just now; arrows, page keys, space and b scroll, q or Ctrl-C ends. Elsewhere, and with --lines, it \
            prints a line for each operation and reading. A server that is down is shown as down until it is \
            back. Columns: requests a second, those answered Failed for lack of stock, refused (4xx), failed \
            (5xx); latencies of the last interval; requests begun and not ended.

            With --once or --iterations the exit status is 69 when a server was out of reach in the last \
            reading.

            Examples:
              bookstore top
              bookstore top --once --interval 5
              bookstore top --lines --interval 10 >> store.log
            """)

    /// The shortest and longest time between two readings.
    private static let intervalSecondsRange = 0.1...3_600.0

    @Option(help: ArgumentHelp("The time between two readings, 0.1 to 3600.", valueName: "seconds"))
    var interval = 1.0
    @Option(help: ArgumentHelp("End after so many readings.", valueName: "n")) var iterations: Int?
    @Flag(help: "Print what happens during one interval, and end.") var once = false
    @Flag(help: "Print lines also on a terminal.") var lines = false
    @Flag(help: "Print what happens during one interval as JSON, and end.") var json = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard Self.intervalSecondsRange.contains(interval) else {
            throw ValidationError("--interval '\(interval)' is not a number from 0.1 to 3600")
        }
        guard !json || !lines else { throw ValidationError("--json and --lines exclude each other") }
        if let iterations {
            guard iterations >= 1 else {
                throw ValidationError("--iterations '\(iterations)' is not 1 or more")
            }
            guard !json else { throw ValidationError("--json and --iterations exclude each other") }
            guard !once else { throw ValidationError("--once and --iterations exclude each other") }
        }
    }

    func run() async throws {
        let settings = try await common.load()
        let servers = try settings.servers()
        let loops = TierLoops(count: 1)
        var pollers: [ServerPoller] = []
        let tiers = [Tier.frontend, .order, .catalog].map { ($0.rawValue, servers.servers[$0] ?? []) }
        for (name, addresses) in [(ServerConfig.storefrontType, servers.storefronts)] + tiers {
            for address in addresses {
                pollers.append(try await ServerPoller(name, at: address, loops: loops))
            }
        }
        let isOnce = once || json
        let watch = TopWatch(
            pollers: pollers, intervalSeconds: interval, readingCountMax: isOnce ? 1 : iterations,
            view: json ? .json : lines || !TerminalScreen.isThere ? .lines : once ? .table : .screen)
        let areAllUp = await watch.run()
        if !areAllUp, isOnce || iterations != nil { throw ExitCode(ExitStatus.unreachable.rawValue) }
    }
}

/// The course of `bookstore top`: reads, shows, waits, until it is enough.
struct TopWatch {
    /// How the readings are shown.
    enum View {
        case json
        case lines
        case table
        case screen
    }

    /// Where in the list of servers the screen is.
    private struct Place {
        /// Further than any list goes, and far from where a number ends.
        private static let beyond = 1_000_000_000

        var offset = 0
        var shownCount = 0

        /// The screen puts right what goes beyond the list's ends.
        mutating func move(_ key: KeyReader.Key) {
            switch key {
            case .up: offset -= 1
            case .down: offset += 1
            case .pageUp: offset -= max(1, shownCount - 1)
            case .pageDown: offset += max(1, shownCount - 1)
            case .top: offset = 0
            case .bottom: offset = Self.beyond
            case .quit, .suspend: break
            }
        }
    }

    private enum Event {
        case due
        case read([ServerView])
        case resized
        case key(KeyReader.Key)
        case stop
    }

    /// How long a server may take to answer, however long the interval.
    private static let answerSecondsMax = 2.0

    let pollers: [ServerPoller]
    let intervalSeconds: Double
    let readingCountMax: Int?
    let view: View

    /// Returns whether all servers were up in the last reading.
    func run() async -> Bool {
        let (events, sink) = AsyncStream.makeStream(of: Event.self)
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup, .sigwinch)
        let listening = Task {
            for await signal in signals { sink.yield(signal == .sigwinch ? .resized : .stop) }
        }
        defer { listening.cancel() }
        let terminal = TerminalScreen()
        if view == .screen {
            terminal.open()
            readKeys { sink.yield($0) }
        }
        defer { if view == .screen { terminal.close() } }
        var views: [ServerView] = []
        var place = Place()
        var readingCount = 0
        var due = ContinuousClock.now
        sink.yield(.due)
        loop: for await event in events {
            switch event {
            case .stop: break loop
            case .due: Task { sink.yield(.read(await read())) }
            case .resized: show(views, at: &place, on: terminal)
            case .key(let key):
                if key == .quit { break loop }
                if key == .suspend {
                    terminal.close()
                    raise(SIGSTOP)
                    terminal.open()
                }
                place.move(key)
                show(views, at: &place, on: terminal)
            case .read(let read):
                views = read
                // The first reading is only the starting point of the counts; the screen is not left empty meanwhile.
                if readingCount > 0 || view == .screen { show(views, at: &place, on: terminal) }
                if readingCount == readingCountMax || Output.isOver { break loop }
                readingCount += 1
                due = max(due + .seconds(intervalSeconds), .now)
                Task { [due] in
                    try? await Task.sleep(until: due)
                    sink.yield(.due)
                }
            }
        }
        return views.allSatisfy(\.isUp)
    }

    private func read() async -> [ServerView] {
        let time = TimeAmount.milliseconds(
            Int64(min(Self.answerSecondsMax, max(0.5, intervalSeconds)) * 1_000))
        return await withTaskGroup(of: (Int, ServerView).self) { group in
            for (index, poller) in pollers.enumerated() {
                group.addTask { (index, await poller.view(within: time)) }
            }
            return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func show(_ views: [ServerView], at place: inout Place, on terminal: TerminalScreen) {
        guard !views.isEmpty else { return }
        let now = Date().formatted(
            Date.ISO8601FormatStyle(timeZone: .current).time(includingFractionalSeconds: false))
        switch view {
        case .lines:
            Output.lines(TopLines.lines(views, time: "\(Timestamp.now)"))
        case .json:
            // Numbers and texts only, which have a form in JSON.
            try? Output.json(TopReport(views, time: "\(Timestamp.now)"))
        case .table:
            let screen = TopScreen(width: terminal.size.width, height: .max)
            terminal.list(screen.lines(views, time: now, intervalSeconds: intervalSeconds))
        case .screen:
            let screen = TopScreen(width: terminal.size.width, height: terminal.size.height)
            let page = screen.page(
                views, time: now, intervalSeconds: intervalSeconds, offset: place.offset)
            place = Place(offset: page.offset, shownCount: page.shownCount)
            terminal.draw(page.lines)
        }
    }

    /// Reads the keyboard on a thread of its own, which ends with the process.
    private func readKeys(_ yield: @escaping @Sendable (Event) -> Void) {
        Thread.detachNewThread {
            var reader = KeyReader()
            var byte: UInt8 = 0
            while Foundation.read(STDIN_FILENO, &byte, 1) == 1 {
                if let key = reader.read(byte) { yield(.key(key)) }
            }
        }
    }
}

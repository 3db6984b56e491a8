internal import ArgumentParser
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// `bookstore events`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "What happened in the shop: orders, their states, and books that run low or sell out.",
        discussion: """
            A line for each event, in the ledger's order, under the number of its movement.

              bookstore events                         the first of them
              bookstore events --follow --after end    what happens from now on, until Ctrl-C
              bookstore events --follow --after 815 --json | while read -r event; do …; done

            With --json and --follow each line is an event as JSON. A program remembers the last 'sequence' that it has \
            dealt with and goes on by --after: no event is skipped, whatever is killed meanwhile, and those of the last \
            movement may come twice. While the store is away it is asked again. The catalog's --low-stock says when a \
            book is low.
            """)

    @Flag(help: "Go on with what happens, until Ctrl-C.") var follow = false
    @Option(
        help: ArgumentHelp(
            "Only what came after this movement; 'end' is the last one. From the first without it.",
            valueName: "n"))
    var after: String?
    @Option(help: ArgumentHelp("Movements to tell of, 1 to \(StoreLimits.toldCountMax).", valueName: "n"))
    var limit = 100
    @OptionGroup var keeper: KeeperOptions

    private static let interval = Duration.milliseconds(500)
    private static let retryInterval = Duration.seconds(1)

    func validate() throws {
        try ArgumentCheck.check(Int64(limit), "--limit", in: 1...Int64(StoreLimits.toldCountMax))
        _ = try start
    }

    /// Where to begin; the largest number is beyond the end, whose answer says where that is.
    private var start: Int64 {
        get throws { after == nil ? 0 : try Self.position(after) ?? .max }
    }

    /// The movement that an option `--after` names; nil for the last one.
    static func position(_ after: String?) throws -> Int64? {
        guard let after, after != "end" else { return nil }
        guard let number = Int64(after), number >= 0 else {
            throw ValidationError(
                "--after \(ShownText.quoted(after)) is neither a whole number from 0 nor 'end'")
        }
        return number
    }

    func run() async throws {
        let start = try start
        try await KeeperConnection.open(keeper) { store in
            guard follow else {
                let answer = try await store.events(after: start, limit: limit)
                guard !keeper.json else { return Output.line(answer.text) }
                Output.lines(StoreEvent.table.lines(answer.result.map(\.cells)))
                if let next = answer.next, !answer.result.isEmpty {
                    ExitStatus.say("more by --after \(next)")
                }
                return
            }
            let following = Task { try await show(from: start, of: store) }
            let listening = await StopSignals.listen { following.cancel() }
            defer { listening.cancel() }
            try await following.value
        }
    }

    /// Shows what happens until the task is cancelled or nobody reads.
    private func show(from start: Int64, of store: StoreClient) async throws {
        var after = start
        var isAway = false
        while !Task.isCancelled, !Output.isOver {
            let page: StoreAnswer<[StoreEvent]>
            do {
                page = try await store.events(after: after, limit: limit)
            } catch let fault as StoreFault {
                if case .refused = fault { throw fault }
                if !isAway { ExitStatus.say("the store does not answer; it is asked again until it does") }
                isAway = true
                try? await Task.sleep(for: Self.retryInterval)
                continue
            }
            isAway = false
            Output.lines(page.result.map(line))
            let next = page.next.flatMap(Int64.init) ?? after
            // There may be more at once, also behind a part of the ledger that had nothing to tell.
            if next <= after { try? await Task.sleep(for: Self.interval) }
            after = next
        }
    }

    private func line(_ event: StoreEvent) -> String {
        guard keeper.json else { return event.cells.filter { !$0.isEmpty }.joined(separator: "  ") }
        var json = ByteBuffer()
        event.write(to: &json)
        return String(buffer: json)
    }
}

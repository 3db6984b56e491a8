/// The counts and findings of a run.
package struct ChaosReport: Sendable {
    package let options: ChaosOptions
    package private(set) var counts = RunTally.Counts()
    /// The broken promises found; only the first thousand are kept.
    package private(set) var findings: [Finding] = []
    /// The number of all findings.
    package private(set) var findingCount = 0
    /// Whether the run was stopped early.
    package private(set) var isStopped = false
    /// The duration of the run, in seconds.
    package private(set) var seconds = 0.0
    /// How long faults were injected, in seconds.
    package internal(set) var faultSeconds = 0.0
    /// The number of rounds that ended with an audit.
    package internal(set) var rounds = 0
    /// The result of the linearizability check.
    package internal(set) var history = HistoryCheck.Outcome()
    /// How often each server was started.
    package internal(set) var startCounts: [(name: String, count: Int)] = []

    init(options: ChaosOptions) { self.options = options }

    mutating func conclude(_ tally: RunTally, isStopped: Bool, elapsed: Duration) {
        counts = tally.counts
        findings = tally.findings
        findingCount = tally.findingCount
        self.isStopped = isStopped
        seconds = elapsed / .seconds(1)
    }

    /// Whether both goals were reached.
    package var reachedGoals: Bool {
        counts.faultCount >= options.faults && counts.purchases >= options.purchases
    }

    /// The command that repeats the run, with the same faults in the same order and the same draws of each
    /// client.
    package var command: String {
        "bookstore chaos\(hasReplicas ? " --replicas" : "") --seed \(options.seed) --faults \(options.faults) --buys \(options.purchases) "
            + "--clients \(options.clients) --seconds \(options.seconds) --duplicates \(options.duplicates)"
    }

    /// The whole report, as Markdown.
    package var markdown: String {
        let verdict =
            findingCount == 0 ? "Nothing lost, oversold or duplicated." : "\(findingCount) findings."
        return """
            # Chaos report

            **\(verdict)**\(isStopped ? " The run was stopped early." : "")

            \(setUp), a TCP proxy on \
            each of the \(options.layout.ways.count) ways between them and their clients, and \
            \(options.clients) clients, of whom \(options.customers) order several books at once and cancel, and the others \
            buy, look up, search, restock and change prices. A storekeeper edits books, retires one and brings it back, and one \
            at the desk hands orders over and takes copies back. All repeat with the same key whatever had no answer. Meanwhile servers are killed and frozen and connections fail\
            \(hasReplicas ? ", and the database is restarted, frozen and replaced by its standby" : ""). At the \
            end of every round all faults end, every outcome is found out by its key, and the auditor compares.

            | | |
            |---|---:|
            \(Self.table(summary))

            Repeat it with (the seed decides the faults, their order and what the clients ask for, not how \
            the machine interleaves them):

                \(command)

            ## Faults

            | fault | times |
            |---|---:|
            \(Self.table(counts.faults.sorted { $0.key < $1.key }.map { ($0.key, String($0.value)) }))

            | server | starts |
            |---|---:|
            \(Self.table(startCounts.map { ($0.name, String($0.count)) }))

            ## What was checked

            After each of \(rounds) rounds, and once more offline after a clean stop:

            - every acknowledged Success is a sale in the ledger, and no Failed is;
            - no key has two sales, and every sale has a purchase that asked for it;
            - every order is in the ledger with all of its lines or not at all, and what was cancelled or returned once;
            - opening stock + acknowledged changes + cancellations + returns − sales = stock, for each book, and never below 0;
            - every edit, and every book retired or brought back, is in the ledger once and in its order, and shown;
            - databases, ledger, orders and \(hasReplicas ? "all" : "both") logs fit each other (`bookstore verify`) within 5 seconds of the \
            servers being back, with no request from anybody, and again when all outcomes are settled;
            - a key that is repeated gets its first answer, with another book a 422;
            - at the end, the history of every book is linearizable, and that of books that orders connect as a whole \
            (Wing & Gong, Lowe)\(hasReplicas ? ";" : ".")
            \(hasReplicas ? Self.replicaChecks : "")

            ## Findings

            | kind | found |
            |---|---:|
            \(Self.table(Finding.Kind.allCases.map { kind in (kind.rawValue, String(count(kind))) }))
            \(findings.isEmpty ? "" : "\n" + findings.map { "- \($0)" }.joined(separator: "\n"))
            """ + "\n"
    }

    private var hasReplicas: Bool { options.layout == .replicas }

    private var setUp: String {
        hasReplicas
            ? "Six servers as processes of their own (two catalogs, two order servers, two frontends) over PostgreSQL "
                + "with a synchronous standby"
            : "Four servers as processes of their own (a catalog, an order server, two frontends)"
    }

    private static let replicaChecks = """
        - each catalog tells the same ledger, and each frontend the same stock;
        - at the end, each server in turn is killed, frozen, refuses connections or is cut off for a second while \
        the other of its tier serves: at most \(OneAwayPhase.failedMax) requests fail;
        - then the primary is killed, and frozen: its successor serves within \(OneAwayPhase.takeoverTimeMax).

        """

    private func count(_ kind: Finding.Kind) -> Int { findings.count { $0.kind == kind } }

    private var summary: [(String, String)] {
        [
            ("seed", "\(options.seed)"),
            ("time in all", Self.time(seconds)),
            ("time under faults", Self.time(faultSeconds)),
            ("faults", "\(counts.faultCount)"),
            ("buys with a known outcome", "\(counts.purchases)"),
            ("– Success", "\(counts.sold)"),
            ("– Failed (sold out)", "\(counts.soldOut)"),
            ("buys sent \(DuplicatesPhase.copyCount) times at once, without faults", "\(duplicateCount)"),
            ("buys sent two to four times at once, under faults", "\(counts.simultaneous - duplicateCount)"),
            ("lookups / updates / searches", "\(counts.lookups) / \(counts.updates) / \(counts.searches)"),
            ("orders of several books made", "\(counts.orders)"),
            ("– short of copies / of another total", "\(counts.ordersShort) / \(counts.otherTotals)"),
            (
                "– cancelled / handed over / returns of all or a part",
                "\(counts.cancelled) / \(counts.handedOver) / \(counts.returned)"
            ),
            ("– steps that were refused", "\(counts.stepsRefused)"),
            ("edits, books retired or brought back", "\(counts.deeds)"),
            ("requests without an outcome, repeated with their key", "\(counts.unknownReplies)"),
            ("put aside and settled much later", "\(counts.settledLater)"),
            ("known outcomes asked for again", "\(counts.replays)"),
            (
                "operations checked for linearizability",
                "\(history.operationCount) of \(history.bookCount) books"
            ),
            (
                "groups of books that orders connect, checked together / unknown",
                "\(history.groupCount) / \(history.undecidedGroupCount)"
            ),
        ] + (hasReplicas ? replicaSummary : [])
    }

    private var replicaSummary: [(String, String)] {
        [
            ("requests while one server of a tier was away", "\(counts.besideOneAway)"),
            ("– failed", "\(counts.failedBesideOneAway)"),
            ("– the slowest", Self.millis(counts.longestBesideOneAway)),
            (
                "longest time from a new primary to the next purchase",
                Self.millis(counts.longestTakeover)
            ),
        ]
    }

    private var duplicateCount: Int {
        options.duplicates == 0 ? 0 : options.duplicates + ChaosOptions.lastKeyCount
    }

    private static func table(_ rows: [(String, String)]) -> String {
        rows.map { "| \($0.0) | \($0.1) |" }.joined(separator: "\n")
    }

    private static func millis(_ time: Duration) -> String { "\(Int(time / .milliseconds(1))) ms" }

    private static func time(_ seconds: Double) -> String {
        let whole = Int(seconds.rounded())
        return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
    }
}

import Foundation
import Model
import TestSupport

/// How much the tests are to try.
enum Setup {
    /// Whether everything is tried, which takes half an hour, and not only a sample, which takes two minutes.
    static let isLong = ProcessInfo.processInfo.environment["BOOKSTORE_LONG_TESTS"] == "1"
}

/// A store of separate processes in its own folder. Its calls block.
final class DiskStore {
    let folder: String
    private var ports: [Tier: Int] = [:]
    private var runs: [Tier: ServerProcess] = [:]
    private var tracers: [ServerProcess] = []
    private let books: String

    /// - Parameter books: `init` lines of the first books.
    init(folder: String, books: String) throws {
        self.folder = folder
        self.books = books
        for tier in Tier.allCases { ports[tier] = try FreePort.find() }
        let lines = Tier.allCases.map { "\($0.rawValue),127.0.0.1:\(ports[$0] ?? 0)\n" }
        try lines.joined().write(toFile: folder + "/config", atomically: true, encoding: .utf8)
        try books.write(toFile: folder + "/books", atomically: true, encoding: .utf8)
    }

    deinit { end() }

    // MARK: Processes

    func run(of tier: Tier) -> ServerProcess? { runs[tier] }

    func isRunning(_ tier: Tier) -> Bool { runs[tier]?.isRunning ?? false }

    /// Starts a tier without waiting.
    ///
    /// - Parameter wrapper: a program with its arguments that runs the tier.
    func launch(_ tier: Tier, wrapper: [String] = [], environment: [String: String] = [:]) throws {
        let options = tier == .catalog ? ["--books", "books"] : []
        let command = wrapper + [Program.bookstore, tier.rawValue, "--supervised"] + options
        runs[tier] = try ServerProcess(
            tier.rawValue, command[0], Array(command.dropFirst()), in: folder, environment: environment)
    }

    /// Starts a tier under strace. With `-D` the tier is our child, and strace a grandchild that ends with it.
    func launch(_ tier: Tier, tracing options: [String]) throws {
        try launch(tier, wrapper: ["strace", "-D", "-qqq"] + options)
    }

    /// Attaches strace to a running tier. It ends with the tier.
    func trace(_ tier: Tier, _ options: [String]) throws {
        guard let pid = runs[tier]?.pid else { return }
        let tracer = try ServerProcess("strace-\(pid)", "strace", ["-p", "\(pid)"] + options, in: folder)
        tracers.append(tracer)
        guard poll(within: 10, { tracer.said.contains("attached") || !tracer.isRunning }), tracer.isRunning
        else {
            throw ServerProcess.Failed(
                description: "strace cannot watch the \(tier.rawValue) server: \(tracer.said)")
        }
    }

    /// Waits until strace, which ends shortly after the tier, has written everything.
    func waitForTracers() { for tracer in tracers { _ = tracer.statusAtEnd(within: 5) } }

    /// Waits until tiers report that they are ready.
    ///
    /// - Throws: ``TestSupport/ServerProcess/Failed`` with what the tier said, when it ended or takes too long.
    func waitUntilReady(_ tiers: [Tier] = Tier.allCases, within seconds: Double = 15) throws {
        for tier in tiers {
            let isReady = poll(within: seconds) {
                !isRunning(tier) || (try? get("/readyz", from: tier).status) == 200
            }
            guard isReady, isRunning(tier) else {
                throw ServerProcess.Failed(description: "\(tier.rawValue) is not ready: \(said(by: tier))")
            }
        }
    }

    func start(_ tiers: [Tier] = Tier.allCases) throws {
        for tier in tiers { try launch(tier) }
        try waitUntilReady(tiers)
    }

    func kill(_ tiers: [Tier] = Tier.allCases) { for tier in tiers { runs[tier]?.end() } }

    /// Ends all running processes.
    func end() { for run in Array(runs.values) + tracers { run.end() } }

    /// The end of a tier's output over all its runs.
    func said(by tier: Tier) -> String { String((runs[tier]?.said ?? "").suffix(1_500)) }

    /// Runs `bookstore verify` until it finds nothing, and gives its last exit status and words.
    ///
    /// - Parameter seconds: what the tiers may take to complete their files; 0 where something is to be found.
    func verify(within seconds: Double = 5) throws -> (status: Int32, text: String) {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let verdict = try verifyOnce()
            if verdict.status == 0 || ContinuousClock.now > deadline { return verdict }
            usleep(200_000)
        }
    }

    private func verifyOnce() throws -> (status: Int32, text: String) {
        let name = "verify-\(UUID().uuidString)"
        let run = try ServerProcess(name, Program.bookstore, ["verify"], in: folder)
        guard let status = run.statusAtEnd(within: 30) else {
            throw ServerProcess.Failed(description: "verify does not end: \(run.said)")
        }
        return (status, run.said)
    }

    // MARK: Requests

    func get(_ target: String, from tier: Tier) throws -> RawReply {
        try request("GET", target, port: ports[tier] ?? 0)
    }

    func post(_ target: String, to tier: Tier, key: String? = nil) throws -> RawReply {
        let headers = key.map { ["Idempotency-Key": $0] } ?? [:]
        return try request("POST", target, port: ports[tier] ?? 0, headers: headers)
    }

    /// `Success` or `Failed` of a purchase or update; nil for any other answer, or none.
    func result(_ target: String, of tier: Tier, key: String) -> String? {
        guard let reply = try? post(target, to: tier, key: key), reply.status == 200 else { return nil }
        return reply.json["result"] as? String
    }

    /// Buys a copy, and repeats the request under its key while the outcome is unknown.
    func buys(_ item: Int, key: String) -> Bool {
        poll(within: 15) { result("/buy?item_number=\(item)", of: .frontend, key: key) == "Success" }
    }

    /// A field of a book in the catalog.
    func field<Value>(_ name: String, of item: Int, as type: Value.Type = Value.self) -> Value? {
        let reply = try? get("/query_by_item?item_number=\(item)", from: .catalog)
        return (reply?.json["result"] as? [String: Any])?[name] as? Value
    }

    /// The status of what is asked for by a POST with a body of JSON, or with none; nil without an answer.
    func status(of target: String, body: String = "", key: String, to tier: Tier = .frontend) -> Int? {
        var headers = ["Idempotency-Key": key]
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        return try? request(
            "POST", target, port: ports[tier] ?? 0, headers: headers, body: body
        ).status
    }

    /// The keys of all sales in the ledger, in order.
    func ledgerKeys() throws -> [String] { try ledger().sold }

    /// The same, and the keys of the orders of which copies came back.
    func ledger() throws -> (sold: [String], back: [String]) {
        var (keys, back): ([String], [String]) = ([], [])
        var after = ""
        while true {
            let reply = try get("/ledger\(after)", from: .catalog)
            guard reply.status == 200, let sales = reply.json["result"] as? [[String: Any]] else {
                throw ServerProcess.Failed(description: "the ledger answers \(reply.status) \(reply.body)")
            }
            guard let last = sales.last?["sale"] as? String else { return (keys, back) }
            for sale in sales {
                guard let key = sale["key"] as? String else { continue }
                if ["cancelled", "returned"].contains(sale["state"] as? String ?? "") {
                    back.append(key)
                } else {
                    keys.append(key)
                }
            }
            after = "?after=\(last.replacingOccurrences(of: " ", with: "%20"))"
        }
    }

    // MARK: Files

    func path(_ name: String) -> String { folder + "/" + name }

    /// The lines of a log in `output/`.
    func log(_ name: String) -> [String] {
        let data = FileManager.default.contents(atPath: path("output/" + name)) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

import Foundation
import Model
import Synchronization
import TestSupport
import Testing

/// A store of separate processes on free ports in its own folder.
final class Store: Sendable {
    private struct State {
        var processes: [Tier: ServerProcess] = [:]
        var options: [Tier: [String]] = [:]
    }

    let folder: String
    private let ports: [Tier: Int]
    private let state = Mutex(State())

    init(folder: String) throws {
        self.folder = folder
        var ports: [Tier: Int] = [:]
        for tier in Tier.allCases { ports[tier] = try FreePort.find() }
        self.ports = ports
        let lines = Tier.allCases.map { "\($0.rawValue),127.0.0.1:\(port($0))\n" }
        try write(lines.joined(), to: "config")
    }

    func port(_ tier: Tier) -> Int { ports[tier] ?? 0 }

    /// The frontend's address for `--frontend`.
    var frontend: String { "127.0.0.1:\(port(.frontend))" }

    // MARK: Processes

    /// The process of a tier that was started.
    func process(_ tier: Tier) throws -> ServerProcess {
        try #require(state.withLock { $0.processes[tier] })
    }

    /// Adds options for the next starts of a tier.
    func add(_ options: [String], to tier: Tier) {
        state.withLock { $0.options[tier, default: []] += options }
    }

    /// Starts a tier without waiting.
    @discardableResult
    func launch(_ tier: Tier) throws -> ServerProcess {
        let options = state.withLock { $0.options[tier] ?? [] }
        return try launch(tier, program: Program.bookstore, [tier.rawValue, "--supervised"] + options)
    }

    /// Starts another program in place of a tier.
    @discardableResult
    func launch(_ tier: Tier, program: String, _ arguments: [String]) throws -> ServerProcess {
        let process = try ServerProcess(tier.rawValue, program, arguments, in: folder)
        state.withLock { $0.processes[tier] = process }
        return process
    }

    /// Starts tiers and waits until they are ready, and until the others have noticed.
    func start(_ tiers: [Tier] = Tier.allCases) async throws {
        for tier in tiers { try launch(tier) }
        let processes = state.withLock { $0.processes }
        let all = Tier.allCases.allSatisfy { processes[$0]?.isRunning ?? false }
        for tier in all ? Tier.allCases : tiers { try await waitUntilReady(tier) }
    }

    /// Checks several times in a row, because each event loop of a server detects the tiers behind it separately.
    func waitUntilReady(_ tier: Tier) async throws {
        let process = try process(tier)
        try await eventually("\(tier.rawValue) is ready") {
            guard process.isRunning else {
                throw ServerProcess.Failed(description: "\(tier.rawValue) ended: \(process.errors)")
            }
            for _ in 1...4 where try await status(tier, "/readyz") != 200 { return false }
            return true
        }
    }

    /// The status of an answer; 0 without an answer.
    func status(_ tier: Tier, _ target: String) async throws -> Int {
        (try? await get(target, from: tier).status) ?? 0
    }

    /// `kill -9`.
    func kill(_ tier: Tier) throws { try process(tier).end() }

    /// Stops tiers like an operator, the frontend first, and expects exit status 0.
    func stop(_ tiers: [Tier] = [.frontend, .order, .catalog]) async throws {
        for tier in tiers {
            let process = try process(tier)
            process.send(SIGTERM)
            #expect(try await process.exit() == 0, "\(tier.rawValue): \(process.errors)")
        }
    }

    /// Ends all running processes.
    func end() {
        for process in state.withLock({ $0.processes }).values { process.end() }
    }

    // MARK: Requests

    func get(
        _ target: String, from tier: Tier = .frontend, headers: [String: String] = [:]
    ) async throws -> RawReply {
        try await send("GET", target, to: tier, headers: headers)
    }

    func post(
        _ target: String, to tier: Tier = .frontend, headers: [String: String] = [:]
    ) async throws -> RawReply {
        try await send("POST", target, to: tier, headers: headers)
    }

    func send(
        _ method: String, _ target: String, to tier: Tier, headers: [String: String] = [:], body: String = ""
    ) async throws -> RawReply {
        let port = port(tier)
        return try await onThread {
            try request(method, target, port: port, headers: headers, body: body)
        }
    }

    /// The frontend's answer to a purchase: `Success` or `Failed`; else the whole answer.
    func buy(_ item: Int, key: String? = nil) async throws -> String {
        let headers = key.map { ["Idempotency-Key": $0] } ?? [:]
        let reply = try await post("/buy?item_number=\(item)", headers: headers)
        return reply.json["result"] as? String ?? "\(reply.status) \(reply.body)"
    }

    /// Orders several books; the body is that of `/order`.
    func order(_ key: String, _ body: String) async throws {
        let answer = try await send(
            "POST", "/order", to: .frontend,
            headers: ["Idempotency-Key": key, "Content-Type": "application/json"], body: body)
        #expect(answer.status == 200, "\(answer)")
    }

    /// A book's fields in the frontend's answer.
    func book(_ item: Int) async throws -> [String: any Sendable] {
        let reply = try await get("/lookup?item_number=\(item)")
        return try #require(reply.json["result"] as? [String: any Sendable], "\(reply.status) \(reply.body)")
    }

    func stock(of item: Int) async throws -> Int { try #require(try await book(item)["stock"] as? Int) }

    // MARK: Files

    func path(_ name: String) -> String { folder + "/" + name }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    /// The lines of a log in `output/`.
    func log(_ name: String) -> [String] {
        let data = FileManager.default.contents(atPath: path("output/" + name)) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The lines of a log once they are as expected; or, for the failure's message, what they are
    /// after a while. Query lines may come half a second late.
    func log(_ name: String, becomes expected: [String]) async throws -> [String] {
        try? await eventually("\(name) is complete", within: 3) { log(name) == expected }
        return log(name)
    }

    /// The standard error of a tier over all its runs.
    func errors(of tier: Tier) -> String {
        String(
            decoding: FileManager.default.contents(atPath: path("\(tier.rawValue).err")) ?? Data(),
            as: UTF8.self)
    }
}

/// Runs `body` with a running store. All its processes are ended afterwards, also after an error.
func withStore(
    books: String? = nil, options: [Tier: [String]] = [:], _ body: (Store) async throws -> Void
) async throws {
    try await withStoppedStore { store in
        for (tier, options) in options { store.add(options, to: tier) }
        if let books {
            try store.write(books, to: "books")
            store.add(["--books", "books"], to: .catalog)
        }
        try await store.start()
        try await body(store)
    }
}

/// Runs `body` with a store that is not started yet.
func withStoppedStore(_ body: (Store) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
        let store = try Store(folder: folder)
        defer { store.end() }
        do {
            try await body(store)
        } catch {
            for tier in Tier.allCases where !store.errors(of: tier).isEmpty {
                print("\(tier.rawValue) said:\n\(store.errors(of: tier).suffix(2_000))")
            }
            throw error
        }
    }
}

/// The default books, as the first lines of the catalog log.
let defaultInitLines = [
    "init,1,3,10,distributed systems,How to get a good grade in 677 in 20 minutes a day",
    "init,2,3,20,distributed systems,RPCs for Dummies",
    "init,3,3,5,graduate school,Xen and the Art of Surviving Graduate School",
    "init,4,3,15,graduate school,Cooking for the Impatient Graduate Student",
]

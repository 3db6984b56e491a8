internal import Foundation
package import Model
package import Monitoring
internal import NIOCore
package import TierHTTP

/// The store's acceptance tests 1–4, against any frontend that keeps the contract. They need a store with
/// the four default books that has sold nothing yet.
package final class AcceptanceTests {
    private let frontend: ServerAddress
    private let clientLog: OperationLog
    private let logFolder: String?
    private let loops: TierLoops
    private let report: (String) -> Void
    private var failureCount = 0
    /// What was found, test by test.
    package private(set) var results: [Result] = []

    /// One test.
    package struct Result: Sendable {
        /// One thing that was looked at.
        package struct Check: Sendable {
            /// What should be so.
            package let what: String
            /// Whether it is; nil where it could not be looked at.
            package let isPassed: Bool?
            /// What is there instead.
            package let found: String?
        }

        /// What it tests.
        package let name: String
        /// What was looked at, in order.
        package fileprivate(set) var checks: [Check] = []

        /// Whether all of it is as it should be.
        package var isPassed: Bool { checks.allSatisfy { $0.isPassed != false } }
    }

    /// - Parameters:
    ///   - logFolder: where the servers' logs can be read; nil when they are on other machines, which
    ///     leaves their checks out.
    ///   - report: takes each line of the report as it is known.
    package init(
        frontend: ServerAddress, clientLog: OperationLog, logFolder: String?, loops: TierLoops,
        report: @escaping (String) -> Void
    ) {
        self.frontend = frontend
        self.clientLog = clientLog
        self.logFolder = logFolder
        self.loops = loops
        self.report = report
    }

    /// Runs all tests.
    ///
    /// - Returns: whether every check passed.
    /// - Throws: ``Model/StoreError/unavailable`` when the frontend is out of reach.
    package func run() async throws -> Bool {
        let client = try await makeClient(1)
        try await test("Test 1: search") { try await self.searches(client) }
        try await test("Test 2: lookup") { try await self.lookups(client) }
        try await test("Test 3: buy book 1 until it is sold out") { try await self.buysInTurn(client) }
        try await test("Test 4: four clients race for three copies of book 2") { try await self.race() }
        await client.shutdown()
        report(failureCount == 0 ? "All acceptance tests passed." : "\(failureCount) checks failed.")
        return failureCount == 0
    }

    private func makeClient(_ number: Int) async throws -> Client {
        try await Client(number: number, frontend: frontend, log: clientLog, loops: loops)
    }

    private func test(_ name: String, _ body: () async throws -> Void) async throws {
        report(name)
        results.append(Result(name: name))
        let failuresBefore = failureCount
        try await body()
        report(failureCount == failuresBefore ? "  PASS\n" : "  FAIL\n")
    }

    private func check(_ what: String, _ isTrue: Bool, found: @autoclosure () -> String) {
        if !isTrue { failureCount += 1 }
        let found = isTrue ? nil : found()
        record(Result.Check(what: what, isPassed: isTrue, found: found))
        report("  \(isTrue ? "ok  " : "FAIL") \(what)" + (found.map { "\n         found: \($0)" } ?? ""))
    }

    private func record(_ check: Result.Check) {
        guard let last = results.indices.last else { return }
        results[last].checks.append(check)
    }

    // MARK: The tests

    private func searches(_ client: Client) async throws {
        for (topic, items) in [("distributed systems", ["1", "2"]), ("graduate school", ["3", "4"])] {
            let answer = try await client.search(topic: topic)
            check(
                "search '\(topic)' finds books \(items.joined(separator: " and "))",
                answer.foundItems == items,
                found: "\(answer.status) \(answer.text)")
        }
        let expected = ["query_by_topic,distributed systems", "query_by_topic,graduate school"]
        try await checkLog("catalog_log", lines: expected.map { ($0, 1) })
    }

    private func lookups(_ client: Client) async throws {
        for book in Book.defaults {
            let answer = try await client.lookup(book.item.description)
            let expected = [
                "item_number": book.item.description, "title": book.title, "type": book.topic,
                "cost": book.price.description, "stock": String(book.stock),
            ]
            check(
                "lookup \(book.item) gives '\(book.title)', cost \(book.price), stock \(book.stock)",
                answer.bookFields == expected, found: "\(answer.status) \(answer.text)")
        }
        try await checkLog("catalog_log", lines: Book.defaults.map { ("query_by_item,\($0.item)", 1) })
    }

    private func buysInTurn(_ client: Client) async throws {
        for (turn, expected) in ["Success", "Success", "Success", "Failed"].enumerated() {
            let answer = try await client.buy("1")
            check(
                "buy \(turn + 1) of book 1: \(expected)", answer.verdict == expected,
                found: "\(answer.status) \(answer.text)")
        }
        try await checkStockIsZero(item: "1", client)
        try await checkLog("catalog_log", lines: [("update,1,na,-1", 3)])
        try await checkLog("order_log", lines: [("bought book 1", 3)])
    }

    private func race() async throws {
        var clients: [Client] = []
        for number in 1...4 { clients.append(try await makeClient(number)) }
        let answers = try await withThrowingTaskGroup(of: Client.Answer.self) { group in
            for client in clients { group.addTask { try await client.buy("2") } }
            var answers: [Client.Answer] = []
            for try await answer in group { answers.append(answer) }
            return answers
        }
        let verdicts = answers.map { $0.verdict ?? "\($0.status) \($0.text)" }.sorted()
        check(
            "exactly three of four buys of book 2 succeed, one fails",
            verdicts == ["Failed", "Success", "Success", "Success"], found: verdicts.joined(separator: ", "))
        try await checkStockIsZero(item: "2", clients[0])
        try await checkLog("catalog_log", lines: [("update,2,na,-1", 3)])
        try await checkLog("order_log", lines: [("bought book 2", 3)])
        for client in clients { await client.shutdown() }
    }

    private func checkStockIsZero(item: String, _ client: Client) async throws {
        let answer = try await client.lookup(item)
        check("book \(item) has stock 0", answer.bookFields?["stock"] == "0", found: answer.text)
    }

    /// Checks how often lines occur in a server's log. Query lines may come half a second late, so it looks
    /// until they are there or can come no more.
    private func checkLog(_ name: String, lines expected: [(line: String, count: Int)]) async throws {
        guard let logFolder else {
            record(Result.Check(what: "\(name) is as it should be", isPassed: nil, found: nil))
            return report("  --   \(name) is not on this machine: not checked")
        }
        let path = logFolder + "/" + name
        let deadline = ContinuousClock.now + .seconds(2)
        var counts: [Int] = []
        repeat {
            let lines = ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n")
            counts = expected.map { entry in lines.count { $0 == entry.line } }
            if counts.elementsEqual(expected.map(\.count), by: >=) { break }
            try await Task.sleep(for: .milliseconds(20))
        } while ContinuousClock.now < deadline
        for ((line, count), found) in zip(expected, counts) {
            // Later tests look books up again, so queries may occur more often.
            let isRight = line.hasPrefix("query") ? found >= count : found == count
            check(
                "\(name) has '\(line)' \(count == 1 ? "" : "\(count) times")", isRight,
                found: "\(found) times")
        }
    }
}

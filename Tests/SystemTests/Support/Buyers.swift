import Foundation
import Synchronization
import TestSupport

/// Clients that buy concurrently, each on its own thread, and remember their answers.
final class Buyers: Sendable {
    struct Tally {
        /// Keys that were answered `Success`, by book.
        var sold: [Int: [String]] = [:]
        var failedCount = 0
        /// Repeated requests, after a broken connection or a 503.
        var repeatedCount = 0
        /// Answers that must never occur.
        var strange: [String] = []

        var soldCount: Int { sold.values.reduce(0) { $0 + $1.count } }
    }

    private let port: Int
    private let state = Mutex(Tally())
    private let isStopped = Atomic<Bool>(false)

    init(port: Int) { self.port = port }

    var tally: Tally { state.withLock { $0 } }

    /// Stops the buyers after their current purchase.
    func stop() { isStopped.store(true, ordering: .releasing) }

    /// `count` buyers who buy `items` in turn until they are stopped.
    func run(count: Int, items: [Int]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...count {
                group.addTask {
                    try await onThread {
                        var turn = 0
                        while !self.isStopped.load(ordering: .acquiring) {
                            self.buy(items[(number + turn) % items.count], key: "buyer-\(number)-\(turn)")
                            turn += 1
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// One concurrent purchase each.
    func race(count: Int, item: Int, key: @escaping @Sendable (Int) -> String) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...count {
                group.addTask { try await onThread { self.buy(item, key: key(number)) } }
            }
            try await group.waitForAll()
        }
    }

    /// Repeats a purchase with its key until it has an answer, as the contract tells clients to.
    private func buy(_ item: Int, key: String) {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let headers = ["Idempotency-Key": key]
            let reply = try? request("POST", "/buy?item_number=\(item)", port: port, headers: headers)
            switch (reply?.status, reply?.json["result"] as? String) {
            case (200, "Success"): return state.withLock { $0.sold[item, default: []].append(key) }
            case (200, "Failed"): return state.withLock { $0.failedCount += 1 }
            case (nil, _), (503, _), (409, _):
                state.withLock { $0.repeatedCount += 1 }
                // A server that is down refuses immediately; waiting leaves the processor to its restart.
                Thread.sleep(forTimeInterval: 0.01)
            default:
                let text = reply.map { "\($0.status) \($0.body)" } ?? "nothing"
                return state.withLock { $0.strange.append(text) }
            }
        }
        state.withLock { $0.strange.append("no answer to \(key) in a minute") }
    }
}

import Foundation
import Model
import TestSupport

/// One store with one fault, from its first start until every outcome is known.
struct FaultyStore {
    /// What it came to.
    struct Report: Sendable {
        var complaints: [String] = []
        /// The tier ended by itself or by the fault.
        var hasEnded = false
        /// The tier sells again without a restart.
        var hasRecovered = false
    }

    let store: DiskStore
    let fault: DiskFault
    private var report = Report()
    private var answers: [String: String] = [:]

    init(folder: String, fault: DiskFault) throws {
        store = try DiskStore(folder: folder, books: KeyedRequests.books)
        self.fault = fault
    }

    /// - Throws: ``TestSupport/ServerProcess/Failed`` when the store does not come up on a disk that works.
    static func run(_ fault: DiskFault, in folder: String) throws -> Report {
        var store = try FaultyStore(folder: folder, fault: fault)
        defer { store.store.end() }
        try store.start()
        try store.sellThroughTheFault()
        try store.endTheFault()
        try store.settle()
        return store.report
    }

    private mutating func complain(_ text: String) { report.complaints.append("\(fault): \(text)") }

    /// Starts all tiers, one of them on the disk that fails; where it does not even start, on a good one.
    private mutating func start() throws {
        let faulty = fault.tier
        let options = fault.options(in: store.folder)
        guard fault.phase == .start else {
            try store.start()
            try store.trace(faulty, options)
            return
        }
        for tier in Tier.allCases where tier != faulty { try store.launch(tier) }
        try store.launch(faulty, tracing: options)
        let isUp = poll(within: 15) {
            !store.isRunning(faulty) || (try? store.get("/livez", from: faulty).status) == 200
        }
        if !isUp { complain("neither starts nor ends: \(store.said(by: faulty))") }
        try restartIfEnded()
        try store.waitUntilReady(Tier.allCases.filter { $0 != faulty })
    }

    /// Records how the faulty tier ended, and starts it on a working disk.
    private mutating func restartIfEnded() throws {
        guard let run = store.run(of: fault.tier), let status = run.status else { return }
        report.hasEnded = true
        if fault.effect == .kill {
            if status != -SIGKILL { complain("ended with \(status) instead of by the signal") }
        } else if ![1, 78].contains(status) || !run.said.contains("bookstore: ") {
            complain("ended with \(status) and these words: \(store.said(by: fault.tier))")
        }
        try store.start([fault.tier])
    }

    /// Sends every request once. Reads work while changes are refused.
    private mutating func sellThroughTheFault() throws {
        for request in KeyedRequests.all {
            let reply = try? store.post(request.target, to: request.tier, key: request.key)
            if let reply, reply.status == 200 {
                answers[request.key] = reply.json["result"] as? String
                continue
            }
            if let reply, reply.status != 503 {
                complain("\(request.key) gets \(reply.status) \(reply.body)")
            }
            if let reply, (reply.json["detail"] as? String)?.isEmpty != false {
                complain("\(request.key) is refused without a word")
            }
            // The tier may be about to end.
            usleep(20_000)
            try restartIfEnded()
            for (tier, target) in [
                (Tier.frontend, "/lookup?item_number=1"), (.catalog, "/query_by_topic?topic=t"),
            ] {
                let status = (try? store.get(target, from: tier))?.status
                if status != 200, store.isRunning(fault.tier) {
                    complain("after \(request.key) a lookup gets \(status.map(String.init) ?? "no answer")")
                }
            }
        }
        guard fault.effect.isPassing else { return }
        let isSelling = poll(within: 6) {
            store.result("/buy?item_number=1", of: .frontend, key: "again") == "Success"
        }
        try restartIfEnded()
        if isSelling {
            report.hasRecovered = !report.hasEnded
        } else if !report.hasEnded {
            complain("does not sell again after the fault: \(store.said(by: fault.tier))")
        }
    }

    private func endTheFault() throws {
        store.kill([fault.tier])
        try store.start([fault.tier])
        try store.waitUntilReady()
    }

    /// Repeats every request until its outcome is known, and compares the outcomes with the store's files.
    private mutating func settle() throws {
        var sold: Set<String> = []
        for request in KeyedRequests.all {
            var result: String?
            let isKnown = poll(within: 8) {
                result = store.result(request.target, of: request.tier, key: request.key)
                return result != nil
            }
            guard isKnown, let result else {
                complain("\(request.key) stays unknown: \(store.said(by: fault.tier))")
                continue
            }
            if let first = answers[request.key], first != result {
                complain("\(request.key) was \(first), is \(result)")
            }
            if request.tier == .frontend, result == "Success" { sold.insert(request.key) }
        }
        let keys = try store.ledgerKeys().filter { $0 != "again" }
        if keys.count != Set(keys).count { complain("a key is sold twice: \(keys)") }
        if Set(keys) != sold {
            complain("the ledger has \(keys.sorted()), the clients know of \(sold.sorted())")
        }
        if store.field("cost", of: 3, as: String.self) != "77" { complain("the new price is lost") }
        let copies = 3 - sold.intersection(["buy-2", "buy-3", "buy-4", "sold-out"]).count
        if store.field("stock", of: 2, as: Int.self) != copies {
            complain("the stock of book 2 is not \(copies)")
        }
        let verdict = try store.verify()
        if verdict.status != 0 { complain("verify: \(verdict.text)") }
    }
}

internal import ArgumentParser
internal import Bench
internal import Model

/// What `bookstore bench` was asked for, checked.
struct BenchRequest {
    enum Work {
        case evaluation(BenchSession.EvaluationPlan)
        case load(LoadPlan)
        case sellOut(ItemNumber, LoadPlan)
    }

    /// The clients of a load that names none.
    private static let loadClientCount = 9
    private static let loadSeconds = 10.0
    private static let sampleCountMax = 100_000_000
    private static let secondsMax = 86_400.0
    private static let rateMax = 1_000_000.0
    private static let ownStock: Int64 = 1_000_000
    private static let sellOutStock: Int64 = 10_000

    let work: Work
    let frontend: ServerAddress?
    let items: ItemSet?
    let thresholds: [Threshold]
    /// Copies of each book in a store of its own.
    let stock: Int64

    /// - Throws: `ValidationError` that names the option and says what is wrong with it.
    init(_ command: BenchCommand) throws {
        frontend = try command.frontend.map { text in
            guard let address = ServerAddress(parsing: text) else {
                throw ValidationError("--frontend '\(text)' is not host:port with a port from 1 to 65535")
            }
            return address
        }
        try Self.checkNumbers(command)
        try Self.checkPairs(command)
        let parsedItems: ItemSet? = try command.items.map { text in
            try Self.option("--items") { () throws(ArgumentFault) in try ItemSet(parsing: text) }
        }
        items = parsedItems
        work = try Self.work(command)
        thresholds = try command.failIf.map { text in
            try Self.option("--fail-if") { () throws(ArgumentFault) in try Threshold(parsing: text) }
        }
        let operations = Self.operations(work)
        for threshold in thresholds where threshold.asksForOther(than: operations) {
            throw ValidationError(
                "--fail-if '\(threshold)' is about an operation that this run does not send")
        }
        stock = command.stock ?? (command.sellOut == nil ? Self.ownStock : Self.sellOutStock)
    }

    private static func work(_ command: BenchCommand) throws -> Work {
        let counts = try clientCounts(command)
        let isLoad =
            command.duration != nil || command.rate != nil || command.mix != nil || command.sellOut != nil
        guard isLoad else {
            var plan = BenchSession.EvaluationPlan()
            if let counts { plan.clientCounts = counts }
            if let samples = command.samples { plan.sampleCount = samples }
            plan.warmupCount = command.warmup
            plan.timeoutSeconds = command.timeout
            plan.threadCount = command.threads
            return .evaluation(plan)
        }
        guard (counts?.count ?? 1) == 1 else {
            throw ValidationError("--clients has several numbers, which only an evaluation takes")
        }
        let mix = try option("--mix") { () throws(ArgumentFault) in
            try OperationMix(parsing: command.mix ?? "shopping")
        }
        let seconds = command.duration ?? loadSeconds
        // An open loop opens connections as it needs them.
        let clients = counts?.first ?? (command.rate == nil ? loadClientCount : 1_000)
        var plan = LoadPlan(
            clientCount: clients,
            pace: command.rate.map { .rate(perSecond: $0, seconds: seconds) } ?? .seconds(seconds), mix: mix,
            zipfExponent: command.zipf)
        plan.warmupCount = command.warmup
        plan.timeoutSeconds = command.timeout
        plan.threadCount = command.threads
        if let waiting = command.waiting { plan.waitingCountMax = waiting }
        guard let text = command.sellOut else { return .load(plan) }
        guard let item = ItemNumber(parsing: text) else {
            throw ValidationError("--sell-out '\(text)' is not an item number")
        }
        plan.warmupCount = 0
        plan.mix = OperationMix(only: .buy)
        return .sellOut(item, plan)
    }

    private static func operations(_ work: Work) -> [BenchOperation] {
        switch work {
        case .evaluation: BenchOperation.allCases
        case .load(let plan), .sellOut(_, let plan): plan.mix.operations
        }
    }

    private static func clientCounts(_ command: BenchCommand) throws -> [Int]? {
        guard let text = command.clients else { return nil }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let count = Int(part), (1...LoadPlan.clientCountMax).contains(count) else {
                throw ValidationError(
                    "--clients '\(part)' is not a whole number from 1 to \(LoadPlan.clientCountMax)")
            }
            return count
        }
    }

    private static func checkNumbers(_ command: BenchCommand) throws {
        let whole: [(String, Int64?, ClosedRange<Int64>)] = [
            ("--samples", command.samples.map(Int64.init), 1...Int64(sampleCountMax)),
            ("--warmup", Int64(command.warmup), 0...Int64(sampleCountMax)),
            ("--threads", Int64(command.threads), 1...64),
            ("--waiting", command.waiting.map(Int64.init), 1...1_000_000),
            ("--stock", command.stock, 0...Book.stockMax),
        ]
        for case (let name, let value?, let range) in whole where !range.contains(value) {
            throw ValidationError("\(name) \(value) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        let real: [(String, Double?, ClosedRange<Double>)] = [
            ("--duration", command.duration, 0.1...secondsMax), ("--rate", command.rate, 0.1...rateMax),
            ("--zipf", command.zipf, 0...10), ("--timeout", command.timeout, 0.01...60),
        ]
        for case (let name, let value?, let range) in real where !range.contains(value) {
            throw ValidationError("\(name) \(value) is not from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// Options that say nothing together would be passed over in silence.
    private static func checkPairs(_ command: BenchCommand) throws {
        let pairs: [(String, Bool, String, Bool)] = [
            ("--sell-out", command.sellOut != nil, "--mix", command.mix != nil),
            ("--sell-out", command.sellOut != nil, "--rate", command.rate != nil),
            ("--sell-out", command.sellOut != nil, "--duration", command.duration != nil),
            ("--sell-out", command.sellOut != nil, "--zipf", command.zipf != nil),
            ("--samples", command.samples != nil, "--sell-out", command.sellOut != nil),
            ("--samples", command.samples != nil, "--mix", command.mix != nil),
            ("--samples", command.samples != nil, "--rate", command.rate != nil),
            ("--samples", command.samples != nil, "--duration", command.duration != nil),
            ("--frontend", command.frontend != nil, "--stock", command.stock != nil),
            ("--frontend", command.frontend != nil, "--books", command.books != nil),
            ("--books", command.books != nil, "--stock", command.stock != nil),
        ]
        for (first, isFirst, second, isSecond) in pairs where isFirst && isSecond {
            throw ValidationError("\(first) and \(second) do not go together")
        }
        if command.waiting != nil, command.rate == nil {
            throw ValidationError("--waiting is of an open loop: it needs --rate")
        }
    }

    private static func option<Value>(
        _ name: String, _ parse: () throws(ArgumentFault) -> Value
    ) throws -> Value {
        do {
            return try parse()
        } catch {
            throw ValidationError("\(name): \(error)")
        }
    }
}

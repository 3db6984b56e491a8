import Foundation
import Model

/// A fault that strace injects: in one call on the files of a tier, or in all calls from one on.
struct DiskFault: Sendable, CustomStringConvertible {
    enum Effect: Sendable, CaseIterable {
        /// One call fails, then the disk works again.
        case errorOnce
        /// Every call fails from then on.
        case errorsFromThenOn
        case fullOnce
        case fullFromThenOn
        /// The process dies in the call.
        case kill

        var isPassing: Bool { self == .errorOnce || self == .fullOnce }

        func option(_ number: Int) -> String {
            switch self {
            case .errorOnce: "error=EIO:when=\(number)"
            case .errorsFromThenOn: "error=EIO:when=\(number)+"
            case .fullOnce: "error=ENOSPC:when=\(number)"
            case .fullFromThenOn: "error=ENOSPC:when=\(number)+"
            case .kill: "signal=KILL:when=\(number)"
            }
        }
    }

    /// When strace attaches to the tier. strace counts calls in each thread, so that only faults of
    /// a running tier reach the threads that sell.
    enum Phase: Sendable, CaseIterable {
        /// With the first start of an empty store.
        case start
        /// When the tier is ready.
        case sales
    }

    /// The calls that bring bytes to a disk. strace counts each call separately in each thread.
    static let calls = ["pwrite64", "write", "fdatasync", "fsync"]

    let tier: Tier
    let phase: Phase
    let call: String
    let number: Int
    let effect: Effect

    var description: String { "\(tier.rawValue), \(phase), \(call) \(number), \(effect)" }

    /// strace's arguments for injecting the fault.
    func options(in folder: String) -> [String] {
        Self.options(tier, folder: folder, output: "/dev/null", call: call)
            + ["-e", "inject=\(call):\(effect.option(number))"]
    }

    /// strace's arguments for listing a tier's calls in a file.
    static func countingOptions(_ tier: Tier, folder: String, output: String) -> [String] {
        options(tier, folder: folder, output: output, call: calls.joined(separator: ","))
    }

    private static func options(_ tier: Tier, folder: String, output: String, call: String) -> [String] {
        let database = folder + "/data/\(tier.rawValue).sqlite"
        let log = folder + "/output/\(tier.rawValue)_log"
        let suffixes = ["", "-wal", "-journal", "-shm"]
        let files = (suffixes + suffixes.map { ".new" + $0 }).map { database + $0 }
        let paths = files + [log, log + ".new", folder + "/data", folder + "/output"]
        return ["-f", "-o", output] + paths.flatMap { ["-P", $0] } + ["-e", "trace=\(call)"]
    }

    /// All faults of a tier, from the list of a counting run.
    static func all(of tier: Tier, in phase: Phase, counted: String) -> [DiskFault] {
        var counts: [String: [Substring: Int]] = [:]
        for line in counted.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard words.count == 2 else { continue }
            let rest = words[1].drop { $0 == " " }
            guard let call = calls.first(where: { rest.hasPrefix($0 + "(") }) else { continue }
            counts[call, default: [:]][words[0], default: 0] += 1
        }
        return calls.flatMap { call in
            let count = counts[call]?.values.max() ?? 0
            return (0..<count).flatMap { index in
                Effect.allCases.map {
                    DiskFault(tier: tier, phase: phase, call: call, number: index + 1, effect: $0)
                }
            }
        }
    }
}

/// A few sales, a restock and a new price, each with a key, so that each can be repeated.
struct KeyedRequests {
    struct Request {
        let key: String
        let tier: Tier
        let target: String
    }

    /// Book 1 has many copies; book 2 has two, then three.
    static let books = "init,1,40,10,t,One\ninit,2,2,10,t,Two\ninit,3,1,10,t,Three\n"

    static let all = [
        Request(key: "buy-1", tier: .frontend, target: "/buy?item_number=1"),
        Request(key: "buy-2", tier: .frontend, target: "/buy?item_number=2"),
        Request(key: "restock", tier: .catalog, target: "/update?item_number=2&stock=1"),
        Request(key: "buy-3", tier: .frontend, target: "/buy?item_number=2"),
        Request(key: "price", tier: .catalog, target: "/update?item_number=3&cost=77"),
        Request(key: "buy-4", tier: .frontend, target: "/buy?item_number=2"),
        Request(key: "sold-out", tier: .frontend, target: "/buy?item_number=2"),
        Request(key: "buy-5", tier: .frontend, target: "/buy?item_number=1"),
    ]
}

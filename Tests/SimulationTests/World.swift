import Foundation
import Logging
import Model
import Monitoring
import NIOCore
import NIOEmbedded

@testable import TierHTTP

/// Random faults of the network, drawn once for each run. They end with the other faults.
struct Weather {
    var lossPercent = 0
    var duplicationPercent = 0
    /// How often a message takes much longer than others.
    var lateness = 0
}

/// The clock, the random numbers and the thread that a whole simulation shares.
// Unchecked, as all of a simulation: one thread runs it from beginning to end.
final class World: @unchecked Sendable {
    let seed: UInt64
    let folder: String
    let loop = EmbeddedEventLoop()
    let slot: LoopSlot
    var weather = Weather()
    /// Whether the faults are over.
    private(set) var isHealed = false
    private(set) var trace: [String] = []
    private(set) var faults: [String] = []
    /// How often each purchase's key has come to an order server, in this and earlier lives, and to which.
    var metKeys: [IdempotencyKey: [String: Int]] = [:]
    private var random: FastRandom

    init(seed: UInt64, folder: String) {
        self.seed = seed
        self.folder = folder
        random = FastRandom(seed: seed)
        slot = LoopSlot(eventLoop: loop, index: 0)
    }

    var now: NIODeadline { loop.now }

    func record(_ text: String) {
        let micros = now.uptimeNanoseconds / 1_000
        trace.append("\(micros / 1_000).\(String(micros % 1_000 + 1_000).dropFirst()) ms  \(text)")
    }

    func heal() {
        record("the faults are over")
        weather = Weather()
        isHealed = true
    }

    /// Records something that must never happen.
    func fault(_ text: String) {
        record("WRONG: \(text)")
        faults.append(text)
    }

    func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    func chance(percent: Int) -> Bool { pick(1...100) <= percent }

    func pick<Element>(from elements: [Element]) -> Element { elements[pick(0...(elements.count - 1))] }

    /// Runs `body` after a time drawn from a range of microseconds.
    func after(micros range: ClosedRange<Int>, _ body: @escaping () -> Void) {
        loop.scheduleTask(in: .microseconds(Int64(pick(range))), body)
    }

    /// Runs `body` after the current step and its immediate consequences.
    func soon(_ body: @escaping () -> Void) { loop.scheduleTask(in: .nanoseconds(1), body) }

    func context(seconds: TimeAmount) -> CallContextParts {
        CallContextParts(trace: TraceContext(using: &random), deadline: now + seconds)
    }

    /// How long one message is on its way, in microseconds.
    func latency() -> ClosedRange<Int> {
        chance(percent: weather.lateness) ? 5_000...700_000 : 50...3_000
    }
}

/// A trace and a deadline for a new request.
struct CallContextParts {
    let trace: TraceContext
    let deadline: NIODeadline
}

let silent = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }

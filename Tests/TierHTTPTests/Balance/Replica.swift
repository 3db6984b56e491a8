import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import Monitoring
@testable import TierHTTP

/// One of several servers of our own make, which a test can freeze, kill and let fail. Its answers are its name.
final class Replica: @unchecked Sendable {
    // Sendable: the mode is guarded by the condition, and the rest never changes.
    enum Mode: Equatable {
        case well
        /// It accepts and never answers.
        case frozen
        case killed
        /// It is gone, and something in front accepts connections for it and breaks them.
        case broken
        /// It answers 503 to everything but probes of another mode.
        case failing(code: String, outcome: String)
    }

    let name: String
    private let listener: RawListener
    private let condition = NSCondition()
    private var currentMode = Mode.well
    private let heads = Mutex<[String]>([])

    init(_ name: String) throws {
        self.name = name
        listener = try RawListener()
        listener.serve { [self] connection in
            var reader = HeadReader(connection)
            while let head = try reader.next() {
                heads.withLock { $0.append(head) }
                guard let text = answerText(to: head) else { return }
                try connection.send(text)
            }
        }
    }

    var port: Int { listener.port }
    /// The targets of its requests, without those that the client makes by itself.
    var targets: [String] {
        heads.withLock { $0.map(target) }.filter { $0 != "/livez" && $0 != "/readyz" }
    }
    var probeCount: Int { heads.withLock { $0.count { target($0) == "/readyz" } } }

    func become(_ mode: Mode) {
        condition.withLock {
            currentMode = mode
            condition.broadcast()
        }
        if mode == .killed { listener.close() }
    }

    private func answerText(to head: String) -> String? {
        let mode = condition.withLock {
            while currentMode == .frozen { condition.wait() }
            return currentMode
        }
        switch mode {
        case .killed, .frozen, .broken: return nil
        case .well: return answer(name, "Server: bookstore/1")
        case .failing(let code, let outcome):
            return answer(
                #"{"detail":"it fails","code":"\#(code)","outcome":"\#(outcome)"}"#,
                status: "503 Service Unavailable", "Server: bookstore/1", "Retry-After: 1")
        }
    }

    func close() { if condition.withLock({ currentMode }) != .killed { become(.killed) } }
}

/// A client of two replicas that knows both.
struct ReplicatedClient {
    let client: TestClient
    let replicas: [Replica]

    /// Something for which this replica is the first.
    func affinity(to replica: Replica) -> UInt64 {
        let addresses = client.client.addresses
        let rendezvous = Rendezvous(addresses)
        let place = replicas.firstIndex { $0 === replica } ?? 0
        var number: UInt64 = 1
        while rendezvous.score(of: number, at: place) < rendezvous.score(of: number, at: 1 - place) {
            number += 1
        }
        return number
    }

    func send(about affinity: UInt64?, _ target: String = "/a") async throws -> String {
        String(buffer: try await client.start(target, affinity: affinity).get().body)
    }

    /// Why a replica gets no calls.
    func fault(of replica: Replica) async throws -> String? {
        let slot = client.loops.slots[0]
        let place = replicas.firstIndex { $0 === replica } ?? 0
        return try await slot.eventLoop.submit { client.client.faults(on: slot)[place] }.get()
    }

    /// The sum of a metric of the client, over servers.
    func sum(_ metric: String) -> Int {
        client.monitor.numbers().filter { $0.name == metric }.reduce(0) { sum, sample in
            if case .number(_, let value) = sample.value { sum + Int(value) } else { sum }
        }
    }
}

/// Runs `body` with a client of two servers that both have answered.
func withReplicas(_ body: (ReplicatedClient, Replica, Replica) async throws -> Void) async throws {
    let replicas = try (0..<2).map { try Replica("\($0)") }
    defer { for replica in replicas { replica.close() } }
    try await withClient(replicas[0].port, replicas[1].port) { client in
        let tested = ReplicatedClient(client: client, replicas: replicas)
        for replica in replicas {
            try await expect(tested.send(about: tested.affinity(to: replica)), is: replica.name)
        }
        try await body(tested, replicas[0], replicas[1])
    }
}

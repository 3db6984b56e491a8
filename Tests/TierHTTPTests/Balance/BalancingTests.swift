import Foundation
import Model
import Monitoring
import NIOCore
import TestSupport
import Testing

@testable import TierHTTP

/// A client and several servers of our own make, of which some fail.
@Suite struct BalancingTests {
    @Test func whatIsAboutTheSameGoesToTheSameServer() async throws {
        try await withReplicas { tested, first, second in
            let names = try await names(tested, about: 1...100)
            #expect(names.count { $0 == first.name } > 20 && names.count { $0 == second.name } > 20)
            try await expect(self.names(tested, about: 1...100), is: names)
            // Another process agrees, whatever the order of its config.
            try await withClient(second.port, first.port) { client in
                let other = ReplicatedClient(client: client, replicas: [second, first])
                try await expect(self.names(other, about: 1...100), is: names)
            }
            #expect(tested.sum("bookstore_peer_repeated_requests_total") == 0)
        }
    }

    private func names(
        _ tested: ReplicatedClient, about numbers: ClosedRange<UInt64>
    ) async throws -> [String] {
        var names: [String] = []
        for number in numbers { names.append(try await tested.send(about: number)) }
        return names
    }

    /// What is about nothing goes to the server that has less to do.
    @Test func searchesGoToTheLessBusyServer() async throws {
        try await withReplicas { tested, first, second in
            first.become(.frozen)
            let held = tested.client.start("/held", affinity: tested.affinity(to: first))
            for _ in 0..<20 { try await expect(tested.send(about: nil), is: second.name) }
            first.become(.well)
            _ = try await held.get()
        }
    }

    @Test func aKilledServersCallsGoToTheOther() async throws {
        try await withReplicas { tested, first, second in
            first.become(.frozen)
            let affinity = tested.affinity(to: first)
            let (read, keyed) = (
                tested.client.start("/read", affinity: affinity),
                tested.client.start(
                    "/keyed", method: .POST, key: "k", affinity: affinity, repetition: .ifPeerKeepsKeys)
            )
            let once = tested.client.start(
                "/once", method: .POST, affinity: affinity, repetition: .never)
            try await eventually("the server has them") {
                first.targets.contains("/read") && tested.client.inFlight == 3
            }
            // A call is begun and sent in one turn of the loop.
            try await tested.client.loops.slots[0].eventLoop.submit {}.get()
            first.become(.killed)
            for call in [read, keyed] {
                let answer = try await call.get()
                #expect(String(buffer: answer.body) == second.name && answer.wasRepeated)
            }
            #expect(outcomeUnknown(await failure(of: once)) == true)
            for number in UInt64(1)...50 { try await expect(tested.send(about: number), is: second.name) }
            try await expect(tested.fault(of: first), is: "was out of reach")
            #expect(tested.sum("bookstore_peer_ejections_total") == 1)
        }
    }

    /// Such as a proxy before a server that is gone.
    @Test func aServerThatOnlyBreaksConnectionsIsOut() async throws {
        try await withReplicas { tested, first, second in
            let affinity = tested.affinity(to: first)
            first.become(.broken)
            for _ in 0..<50 {
                let answer = try await tested.client.start(
                    "/keyed", method: .POST, key: "k", affinity: affinity, repetition: .always
                ).get()
                #expect(String(buffer: answer.body) == second.name)
            }
            try await expect(tested.fault(of: first), is: "was out of reach")
            #expect(first.targets.count < 10, "\(first.targets.count) calls were sent to it")
            first.become(.well)
            try await eventually("the server is back", within: 5) {
                try await tested.send(about: affinity) == first.name
            }
        }
    }

    /// A server that is out may be back before a probe tells, and is better than one that is gone.
    @Test func aLostServersCallsGoToOneThatIsOut() async throws {
        try await withReplicas { tested, first, second in
            first.become(.frozen)
            let affinity = tested.affinity(to: first)
            let reads = (0..<5).map { tested.client.start("/read\($0)", affinity: affinity) }
            for read in reads { try await expect(String(buffer: read.get().body), is: second.name) }
            try await expect(tested.fault(of: first), is: "did not answer")
            first.become(.well)
            second.become(.broken)
            try await expect(tested.send(about: tested.affinity(to: second)), is: first.name)
        }
    }

    @Test func aFrozenServersCallsAreMoved() async throws {
        try await withReplicas { tested, first, second in
            let affinity = tested.affinity(to: first)
            first.become(.frozen)
            let start = ContinuousClock.now
            let reads = (0..<20).map { tested.client.start("/read\($0)", affinity: affinity) }
            let keyed = tested.client.start(
                "/keyed", method: .POST, key: "k", affinity: affinity, repetition: .ifPeerKeepsKeys)
            let once = tested.client.start(
                "/once", method: .POST, affinity: affinity, repetition: .never, within: .seconds(2))
            for call in reads + [keyed] {
                let answer = try await call.get()
                #expect(String(buffer: answer.body) == second.name && answer.wasRepeated)
            }
            #expect(ContinuousClock.now - start < .seconds(1))
            try await expect(tested.fault(of: first), is: "did not answer")
            for number in UInt64(1)...20 { try await expect(tested.send(about: number), is: second.name) }
            // What must not be repeated is still answered by the one that has it.
            first.become(.well)
            try await expect(String(buffer: once.get().body), is: first.name)
            try await eventually("the server is back", within: 5) {
                try await tested.send(about: affinity) == first.name
            }
            #expect(tested.client.inFlight == 0)
        }
    }

    /// The answers that come late belong to nobody, and the next ones to their own calls.
    @Test func lateAnswersAreDropped() async throws {
        try await withReplicas { tested, first, second in
            let affinity = tested.affinity(to: first)
            first.become(.frozen)
            let calls = (0..<10).map { tested.client.start("/read\($0)", affinity: affinity) }
            let kept = tested.client.start("/kept", method: .POST, affinity: affinity, repetition: .never)
            for call in calls { try await expect(String(buffer: call.get().body), is: second.name) }
            first.become(.failing(code: "busy", outcome: "none"))
            try await expect(kept.get().status, is: .serviceUnavailable)
            #expect(tested.client.inFlight == 0)
        }
    }

    /// A stall of what all share makes all silent, and another server would not help.
    @Test func nothingIsMovedWhileAllAreSilent() async throws {
        try await withReplicas { tested, first, second in
            for replica in [first, second] { replica.become(.frozen) }
            let calls = (0..<40).map { number in
                tested.client.start(
                    "/read\(number)", affinity: tested.affinity(to: number % 2 == 0 ? first : second),
                    within: .seconds(1))
            }
            for call in calls { #expect(outcomeUnknown(await failure(of: call)) == false) }
            #expect(tested.sum("bookstore_peer_repeated_requests_total") <= 2)
            for replica in [first, second] { try await expect(tested.fault(of: replica), is: nil) }
            for replica in [first, second] { replica.become(.well) }
            for number in UInt64(1)...20 { _ = try await tested.send(about: number) }
        }
    }

    @Test(arguments: ["none", "unknown"]) func aServerThatCannotDoItsPart(outcome: String) async throws {
        try await withReplicas { tested, first, second in
            let affinity = tested.affinity(to: first)
            first.become(.failing(code: "database_fault", outcome: outcome))
            let update = tested.client.start(
                "/keyed", method: .POST, key: "k", affinity: affinity, repetition: .ifPeerKeepsKeys)
            let answer = try await update.get()
            #expect(String(buffer: answer.body) == second.name)
            // Whether the first copy may have been carried out is known.
            #expect(answer.wasRepeated == (outcome == "unknown"))
            let once = try await tested.client.start(
                "/once", method: .POST, affinity: affinity, repetition: .never
            ).get()
            #expect((once.status == .ok) == (outcome == "none"))
            for _ in 0..<20 { try await expect(tested.send(about: affinity), is: second.name) }
            try await expect(tested.fault(of: first), is: "could not do its part")
            #expect(first.targets.count < 10)
            first.become(.well)
            try await eventually("the server is back", within: 5) {
                try await tested.send(about: affinity) == first.name
            }
            #expect(first.probeCount > 0)
        }
    }

    @Test func aBusyServerKeepsItsCalls() async throws {
        try await withReplicas { tested, first, second in
            first.become(.failing(code: "changes_waiting", outcome: "none"))
            for _ in 0..<10 {
                let call = tested.client.start("/a", affinity: tested.affinity(to: first))
                try await expect(call.get().status, is: .serviceUnavailable)
            }
            try await expect(tested.fault(of: first), is: nil)
            #expect(second.targets.count == 1)
        }
    }

    /// A store that fails as a whole is not asked much more for it, and serves as soon as it can.
    @Test func allFail() async throws {
        try await withReplicas { tested, first, second in
            for replica in [first, second] {
                replica.become(.failing(code: "database_fault", outcome: "unknown"))
            }
            for number in UInt64(1)...200 {
                let call = tested.client.start("/a", method: .POST, key: "k\(number)", affinity: number)
                try await expect(call.get().status, is: .serviceUnavailable)
            }
            #expect(first.targets.count + second.targets.count < 220)
            for replica in [first, second] { replica.become(.well) }
            for number in UInt64(1)...50 {
                let answer = try await tested.client.start("/a", affinity: number).get()
                #expect(answer.status == .ok)
            }
        }
    }

    @Test func repetitionsHaveABudget() async throws {
        try await withReplicas { tested, first, second in
            first.become(.frozen)
            let affinity = tested.affinity(to: first)
            let calls = (0..<400).map {
                tested.client.start("/\($0)", affinity: affinity, within: .milliseconds(800))
            }
            var failureCount = 0
            for call in calls where await failure(of: call) != nil { failureCount += 1 }
            let allowed =
                402 / RepetitionBudget.callsPerRepetition
                + RepetitionBudget.repetitionCountMinPerSecond * RepetitionBudget.secondCount
            #expect(second.targets.count <= allowed + 1 && failureCount >= 400 - allowed)
            #expect(tested.sum("bookstore_peer_repeated_requests_total") > 50)
            #expect(tested.sum("bookstore_peer_unrepeated_requests_total") > 0)
        }
    }

    /// A server that is started again at its address is used again.
    @Test func aServerReturns() async throws {
        let replica = try Replica("0")
        defer { replica.close() }
        let port = try await withServer { $0.port }
        try await withClient(replica.port, port) { client in
            let tested = ReplicatedClient(client: client, replicas: [replica])
            for number in UInt64(1)...20 {
                try await expect(tested.send(about: number, "/echo?text=1"), is: replica.name)
            }
            #expect(tested.sum("bookstore_peer_out") == 1)
            try await withServer(at: port) { server in
                try await eventually("it is used", within: 5) {
                    for number in UInt64(1)...20 { _ = try await tested.send(about: number, "/echo?text=1") }
                    return server.count("/echo") > 0
                }
            }
        }
    }

    /// Programs of other makes share nothing, so each call stays with one of them.
    @Test func otherProgramsAreAskedInTurn() async throws {
        let peers = try (0..<2).map { name in try TestPeer(answering: { _ in answer("\(name)") }) }
        try await withClient(peers[0].port, peers[1].port) { client in
            for _ in 0..<20 { _ = try await client.start("/a", affinity: 7).get() }
            #expect(peers.allSatisfy { $0.lines.count >= 9 })
            #expect(peers.flatMap(\.lines).allSatisfy { $0 == "GET /a HTTP/1.1" })
        }
        for peer in peers { peer.listener.close() }
    }
}

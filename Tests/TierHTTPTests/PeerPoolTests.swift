import Model
import Monitoring
import NIOCore
import NIOHTTP1
import Testing

@testable import TierHTTP

/// The connections to a peer and the waiting calls, without sockets or clocks.
@Suite struct PeerPoolTests {
    /// A connection that carries nothing.
    private final class Wire {}

    /// A pool, its wires and a clock that the test moves.
    private final class Tested {
        var pool: PeerPool<Wire>
        var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        private let monitor = SystemMonitor(tier: "t", shardCount: 1)
        private let operation: SystemMonitor.Operation
        private var exchanges: [Exchange] = []
        private var random = FastRandom(seed: 1)

        init(_ lane: Lane = .quick, _ change: (inout ClientLimits) -> Void = { _ in }) {
            var limits = ClientLimits()
            change(&limits)
            pool = PeerPool(lane: lane, limits: limits, random: FastRandom(seed: 2))
            operation = monitor.operation(.called(peer: "p"), "/")
        }

        deinit {
            for exchange in exchanges { exchange.fail(StoreError.clientLeft) }
        }

        func exchange(
            _ target: String, _ method: HTTPMethod = .GET, repetition: TierCall.Repetition = .always,
            within time: TimeAmount = .seconds(10), mayBatch: Bool = false, client: ClientPresence? = nil
        ) -> Exchange {
            let call = TierCall(
                method, target, repetition: repetition, deadline: now + time,
                trace: TraceContext(using: &random), operation: operation, mayBatch: mayBatch, client: client)
            let exchange = Exchange(call: call, monitor: monitor, shard: 0) { _ in }
            exchanges.append(exchange)
            return exchange
        }

        @discardableResult func submit(_ targets: String...) -> [PeerPool<Wire>.Refusal?] {
            targets.map { pool.submit(exchange($0), at: now) }
        }

        /// Opens a connection to a peer that has answered once.
        func connect(_ kind: PeerKind? = nil) -> Wire {
            let wire = Wire()
            if pool.waitingCount == 0 { submit("/first") }
            if case .connect? = pool.next(at: now) {} else { Issue.record("no connection is wanted") }
            #expect(pool.connected(wire, isOpen: true, at: now) == true)
            if let kind {
                #expect(sent() == ["/first"])
                #expect(pool.land(on: wire, from: kind)?.exchanges.map(\.call.target) == ["/first"])
            }
            return wire
        }

        /// The next requests to send, with `connect` for a new connection.
        func sent() -> [String] {
            var targets: [String] = []
            while let step = pool.next(at: now) {
                guard case .send(let exchange, _, _) = step else { return targets + ["connect"] }
                targets.append(exchange.call.target)
            }
            return targets
        }
    }

    @Test func unknownPeersGetOneRequestAtATime() {
        let tested = Tested { $0.plainConnectionCountMax = 2 }
        tested.submit("/a", "/b", "/c", "/d")
        #expect(tested.sent() == ["connect"] && tested.sent() == ["connect"] && tested.sent() == [])
        let (one, two) = (Wire(), Wire())
        #expect(tested.pool.connected(one, isOpen: true, at: tested.now) == true)
        #expect(tested.sent() == ["/a"])
        #expect(tested.pool.connected(two, isOpen: true, at: tested.now) == true)
        #expect(tested.sent() == ["/b"] && tested.pool.waitingCount == 2)
        #expect(tested.pool.land(on: two, from: .other)?.exchanges.map(\.call.target) == ["/b"])
        #expect(tested.sent() == ["/c"] && tested.pool.kind == .other && !tested.pool.isBookstore)
        // An unexpected answer belongs to no call.
        #expect(tested.pool.land(on: one, from: .other)?.count == 1)
        #expect(tested.pool.isIdle(one) && tested.pool.land(on: one, from: .other) == nil)
    }

    @Test func aFullConnectionToOurPeerOpensAnother() {
        let tested = Tested { $0.pipelinedCountMax = 3 }
        let wire = tested.connect(.bookstore)
        #expect(tested.pool.isBookstore)
        tested.submit("/a", "/b", "/c", "/d", "/e")
        #expect(tested.sent() == ["/a", "/b", "/c", "connect"])
        // Meanwhile no other connection is opened.
        #expect(tested.sent() == [])
        #expect(tested.pool.land(on: wire, from: .bookstore)?.exchanges.map(\.call.target) == ["/a"])
        #expect(tested.sent() == ["/d"])
        #expect(tested.pool.connected(Wire(), isOpen: true, at: tested.now) == true)
        #expect(tested.sent() == ["/e"] && tested.pool.connectionCount == 2)
    }

    @Test func gathersRequestsIntoBatches() {
        let tested = Tested()
        let wire = tested.connect(.bookstore)
        var forms: [PeerLine.Form] = []
        func send(_ count: Int, _ method: HTTPMethod) {
            for _ in 0..<count {
                #expect(
                    tested.pool.submit(tested.exchange("/a", method, mayBatch: true), at: tested.now) == nil)
                if case .send(_, _, let form)? = tested.pool.next(at: tested.now) { forms.append(form) }
            }
        }
        send(BatchWire.gatheredCountMax - 1, .GET)
        send(2, .POST)
        #expect(forms.allSatisfy { $0 == .gathered })
        send(1, .GET)
        #expect(forms.last == .full)
        let (reads, changes) = tested.pool.takeGathered(on: wire)
        #expect(reads.count == BatchWire.gatheredCountMax && changes.count == 2)
        tested.pool.send(.batch(reads), on: wire)
        tested.pool.send(.batch(changes), on: wire)
        #expect(tested.pool.takeGathered(on: wire).reads.map(\.attemptCount) == [])
        #expect(tested.pool.land(on: wire, from: .bookstore)?.count == reads.count)
        // A peer without batches gets them one at a time, as if they had not been sent.
        tested.pool.sendAgain(reads, apart: true)
        #expect(reads.allSatisfy { $0.attemptCount == 0 })
        if case .send(let exchange, _, let form)? = tested.pool.next(at: tested.now) {
            #expect(exchange === reads[0] && form == .single)
        }
    }

    @Test func repeatsSafeRequestsInOrder() {
        for kind in [PeerKind.bookstore, .other] {
            let tested = Tested { $0.attemptCountMax = 2 }
            let wire = tested.connect(kind)
            let calls = [
                tested.exchange("/read"), tested.exchange("/buy", .POST),
                tested.exchange("/update", .POST, repetition: .ifPeerKeepsKeys),
                tested.exchange("/once", .POST, repetition: .never),
                tested.exchange("/late", within: .zero), tested.exchange("/ended"),
            ]
            // A peer of another make would be given only one; what it has in flight is the same here.
            for call in calls { #expect(tested.pool.submit(call, at: tested.now) == nil) }
            guard kind == .bookstore else {
                #expect(tested.sent() == ["/read", "connect"])
                let (lost, repeated) = tested.pool.broke(wire, at: tested.now)
                #expect(lost.isEmpty && repeated == 1 && tested.pool.waitingCount == 6)
                continue
            }
            #expect(tested.sent().count == 6)
            calls[5].fail(StoreError.clientLeft)
            let (lost, repeated) = tested.pool.broke(wire, at: tested.now)
            #expect(Set(lost.map(\.call.target)) == ["/once", "/late"] && repeated == 3)
            #expect(tested.pool.connectionCount == 0)
            let second = tested.connect()
            #expect(tested.sent() == ["/read", "connect"] && calls[0].attemptCount == 2)
            // The limit of attempts is reached.
            #expect(tested.pool.broke(second, at: tested.now).lost.map(\.call.target) == ["/read"])
        }
    }

    @Test func resendsRequestsBehindTheLastAnswer() {
        let tested = Tested()
        let wire = tested.connect(.bookstore)
        let calls = ["/a", "/b"].map { tested.exchange($0, .POST, repetition: .never) }
        for call in calls { #expect(tested.pool.submit(call, at: tested.now) == nil) }
        tested.submit("/c")
        #expect(tested.sent() == ["/a", "/b", "/c"])
        tested.pool.ended(wire)
        #expect(calls.allSatisfy { $0.attemptCount == 0 } && tested.pool.waitingCount == 3)
        #expect(tested.sent() == ["connect"])
        #expect(tested.pool.connected(Wire(), isOpen: true, at: tested.now) == true)
        #expect(tested.sent().first == "/a")
    }

    @Test func retriesAnUnreachablePeerOccasionally() {
        let tested = Tested()
        tested.submit("/a", "/b")
        for attempt in 1...Backoff.quickAttemptCountMax {
            #expect(tested.sent() == ["connect"])
            switch tested.pool.connectFailed(at: tested.now) {
            case .retry(let wait):
                #expect(attempt < Backoff.quickAttemptCountMax && tested.sent() == [])
                tested.now = tested.now + wait
            case .giveUp(let left):
                #expect(attempt == Backoff.quickAttemptCountMax && left.map(\.call.target) == ["/a", "/b"])
            case .none: Issue.record("it says nothing")
            }
        }
        #expect(tested.pool.isDown(at: tested.now) && tested.submit("/c") == [.down])
        tested.now = tested.now + Backoff.waitMax + Backoff.waitMax
        #expect(!tested.pool.isDown(at: tested.now) && !tested.pool.isDoubtful)
        // One call checks whether the peer is back.
        #expect(tested.submit("/d") == [nil] && tested.sent() == ["connect"] && tested.pool.isDoubtful)
        #expect(tested.pool.connected(Wire(), isOpen: true, at: tested.now) == true)
        #expect(!tested.pool.isDoubtful && tested.sent() == ["/d"])
    }

    @Test func callsHaveTheirDeadlines() {
        let tested = Tested()
        let wire = tested.connect(.bookstore)
        let soon = tested.exchange("/soon", within: .seconds(1))
        #expect(tested.pool.submit(soon, at: tested.now) == nil)
        tested.submit("/later")
        #expect(tested.sent() == ["/soon", "/later"])
        tested.now = tested.now + .seconds(1)
        var (calls, stuck) = tested.pool.takeOverdue(at: tested.now)
        #expect(calls.map(\.call.target) == ["/soon"] && stuck.count == 1 && stuck.first === wire)
        // The peer has answered others since then, so it is slow and not cut off.
        tested.pool.hear(on: wire, at: tested.now)
        (calls, stuck) = tested.pool.takeOverdue(at: tested.now)
        #expect(calls.count == 1 && stuck.isEmpty)
        soon.fail(StoreError.clientLeft)
        #expect(tested.pool.takeOverdue(at: tested.now).calls.isEmpty && tested.pool.hasWork)
        let waiting = Tested()
        #expect(waiting.pool.submit(waiting.exchange("/w", within: .zero), at: waiting.now) == nil)
        #expect(waiting.pool.takeOverdue(at: waiting.now).calls.count == 1 && !waiting.pool.hasWork)
    }

    @Test func clientsTakeTurnsInASlowLane() {
        let tested = Tested(.finds) {
            $0.laneConnectionCountMax = 2
            $0.laneWaitingCountMax = 4
        }
        let (hog, other) = (ClientPresence(), ClientPresence())
        func submit(_ target: String, _ client: ClientPresence) -> PeerPool<Wire>.Refusal? {
            tested.pool.submit(tested.exchange(target, client: client), at: tested.now)
        }
        #expect(submit("/h1", hog) == nil && submit("/h2", hog) == nil)
        // One client may use half of the places, all clients together all of them.
        #expect(submit("/h3", hog) == .full && submit("/o1", other) == nil)
        #expect(tested.sent() == ["connect"] && tested.sent() == ["connect"])
        let (one, two) = (Wire(), Wire())
        for wire in [one, two] { #expect(tested.pool.connected(wire, isOpen: true, at: tested.now) == true) }
        #expect(tested.sent() == ["/h1", "/o1"])
        #expect(tested.pool.land(on: one, from: .bookstore) != nil && tested.sent() == ["/h2"])
        // Each connection carries one call, even to a known peer; its end shows that no caller waits.
        #expect(submit("/h4", hog) == nil && tested.sent() == [])
        let given = tested.exchange("/o2", client: other)
        #expect(tested.pool.abandon(given) == nil)
        #expect(tested.pool.submit(given, at: tested.now) == nil)
        #expect(tested.pool.land(on: two, from: .bookstore) != nil && tested.sent() == ["/o2"])
        #expect(tested.pool.abandon(given) === two)
    }

    @Test func nothingIsTakenAfterAShutdown() {
        let tested = Tested()
        let wire = tested.connect(.bookstore)
        tested.submit("/sent")
        #expect(tested.sent() == ["/sent"])
        tested.submit("/waits")
        #expect(tested.pool.shutDown().map(\.call.target) == ["/waits"])
        #expect(tested.submit("/a") == [.shutDown] && tested.pool.isShutDown)
        #expect(tested.pool.broke(wire, at: tested.now).lost.map(\.call.target) == ["/sent"])
        #expect(tested.sent() == [] && !tested.pool.hasWork)
    }
}

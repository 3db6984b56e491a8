import Monitoring
import NIOCore
import NIOHTTP1
import Testing

@testable import TierHTTP

/// A tier's connection without a socket, a route or a clock.
@Suite struct ConnectionStateTests {
    /// A connection, its loop's memory and a clock that the test moves.
    private struct Tested {
        var limits = ServerLimits()
        var now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        var memory: LoopMemory
        var state: ConnectionState
        let routes: RouteTable

        init(_ change: (inout ServerLimits) -> Void = { _ in }) {
            change(&limits)
            let monitor = SystemMonitor(tier: "test", shardCount: 1)
            memory = LoopMemory(limits: limits, loopCount: 1, monitor: monitor)
            state = ConnectionState(limits: limits, at: now)
            routes = testRoutes(gates: Gates(), monitor: monitor)
        }

        mutating func arrive(
            _ target: String, body: RequestCheck.Body = .none, _ fields: HTTPHeaders = [:],
            bytes: Int = 100, long: Int = 0
        ) throws -> Bool {
            var headers: HTTPHeaders = ["host": "h"]
            headers.add(contentsOf: fields)
            switch body {
            case .none: break
            case .length(let length): headers.add(name: "content-length", value: "\(length)")
            case .chunked: headers.add(name: "transfer-encoding", value: "chunked")
            }
            let head = HTTPRequestHead(
                version: .http1_1, method: body == .none ? .GET : .POST, uri: target, headers: headers)
            state.bytesArrive(bytes, at: now, in: &memory)
            let request = ConnectionState.Incoming(
                head: head, check: try RequestCheck(head), bodyBytesMax: max(long, limits.bodyBytesMax),
                longBodyBytes: long)
            return state.begin(request, in: &memory)
        }

        /// Takes a whole request. Returns its ticket and whether it is begun.
        mutating func take(
            _ target: String, _ fields: HTTPHeaders = [:]
        ) throws -> (ticket: ConnectionState.Ticket, begins: Bool) {
            #expect(try arrive(target, fields) == true)
            let finished = state.finish(in: &memory)
            let (request, ticket) = try #require(finished)
            let complete = ConnectionState.Complete(
                request: request, work: routes.work(for: request.head, request.check), ticket: ticket)
            return (ticket, state.begins(complete))
        }

        mutating func answer(_ ticket: ConnectionState.Ticket, bytes: Int = 2, isLong: Bool = false) {
            let answer = ConnectionState.Outgoing(
                response: .json(ByteBuffer(repeating: 0x61, count: bytes)), isHead: false,
                persistence: .kept, times: CallTimes(), total: .zero)
            state.end(ticket, isLong: isLong, with: answer, in: &memory)
        }

        mutating func pop(isDraining: Bool = false) -> ConnectionState.Outgoing? {
            state.popReady(isDraining: isDraining)
        }

        mutating func check(after time: TimeAmount, waiting: Int = 0) -> String {
            now = now + time
            switch state.check(at: now, waitingBytes: waiting, limits: limits) {
            case .keep: return "keep"
            case .close: return "close"
            case .refuse(let problem): return "\(problem.status.code)"
            }
        }
    }

    @Test func requestsWaitForRoomInTheirOrder() throws {
        var tested = Tested { $0.pipelinedCountMax = 2 }
        let requests = try (1...4).map { _ in try tested.take("/echo?text=1") }
        #expect(requests.map(\.begins) == [true, true, false, false])
        #expect(!tested.state.reads() && tested.state.isReadHeld)
        #expect(tested.state.nextHeld() == nil)
        tested.answer(requests[1].ticket)
        #expect(tested.pop() == nil)
        tested.answer(requests[0].ticket)
        #expect(tested.pop() != nil && tested.pop() != nil && tested.pop() == nil)
        #expect(tested.state.nextHeld()?.ticket == requests[2].ticket)
        #expect(tested.state.nextHeld()?.ticket == requests[3].ticket)
        #expect(tested.state.nextHeld() == nil)
        tested.answer(requests[2].ticket)
        #expect(tested.pop() != nil && tested.state.reads())
    }

    /// A request with a long answer waits when others begin; a refusal has a short answer.
    @Test func longAnswersWaitForTheirRoom() throws {
        var tested = Tested {
            $0.unsentBytesPerConnectionMax = 1000
            $0.longAnswerBytesExpected = 600
        }
        let first = try tested.take("/big?bytes=1")
        #expect(try first.begins && !tested.take("/big?bytes=1").begins)
        // Nothing overtakes it.
        #expect(try !tested.take("/echo?text=1").begins && !tested.take("/nothing").begins)
        tested.answer(first.ticket, bytes: 1, isLong: true)
        #expect(tested.pop() != nil)
        tested.state.taken(in: &tested.memory)
        #expect(tested.state.nextHeld()?.work.isLong == true)
        #expect(tested.state.nextHeld() == nil && tested.memory.unsentBytes == 0)
    }

    @Test func aFullChannelStopsReadingRequests() throws {
        var tested = Tested()
        let ticket = try tested.take("/echo?text=1").ticket
        tested.answer(ticket, bytes: 1000)
        #expect(tested.pop() != nil)
        tested.state.change(isFull: true, at: tested.now, in: &tested.memory)
        #expect(tested.state.isFull && !tested.state.reads() && tested.memory.unsentBytes == 1256)
        // The client is kept as long as it reads something.
        let half = tested.limits.writeStallTimeMax - .seconds(1)
        for waiting in [900, 800, 700] {
            #expect(tested.check(after: half, waiting: waiting) == "keep")
        }
        #expect(tested.check(after: half, waiting: 700) == "keep")
        #expect(tested.check(after: .seconds(2), waiting: 700) == "close")
        tested.state.change(isFull: false, at: tested.now, in: &tested.memory)
        #expect(tested.state.reads() && tested.memory.unsentBytes == 0)
    }

    @Test func countsAndReleasesArrivingBytes() throws {
        var tested = Tested { $0.longBodyBytesMax = 150_000 }
        #expect(try tested.arrive("/size", body: .length(10), bytes: 50_000) == true)
        // No head is longer than heads may be.
        #expect(tested.memory.partialBytes == tested.limits.headBytesMax)
        #expect(tested.state.append(ByteBuffer(repeating: 0, count: 10), in: &tested.memory) == true)
        #expect(tested.state.arrivingBytes == tested.limits.headBytesMax + 10)
        #expect(tested.state.append(ByteBuffer(repeating: 0, count: 65_536), in: &tested.memory) == false)
        #expect(tested.state.finish(in: &tested.memory)?.request.body.readableBytes == 10)
        #expect(tested.memory.partialBytes == 0 && tested.state.arrivingBytes == 0)
        #expect(try tested.arrive("/guarded", body: .length(100_000), long: 100_000) == true)
        #expect(tested.memory.longBodyBytes == 100_000)
        var other = ConnectionState(limits: tested.limits, at: tested.now)
        swap(&other, &tested.state)
        #expect(try tested.arrive("/guarded", body: .length(100_000), long: 100_000) == false)
        swap(&other, &tested.state)
        #expect(tested.memory.longBodyBytes == 100_000)
        tested.state.release(from: &tested.memory)
        other.release(from: &tested.memory)
        #expect(tested.memory.longBodyBytes == 0 && tested.memory.partialBytes == 0)
    }

    @Test func aConnectionEndsBehindItsLastAnswer() throws {
        var tested = Tested()
        let first = try tested.take("/echo?text=1").ticket
        let last = try tested.take("/echo?text=2", ["connection": "close"]).ticket
        #expect(!tested.state.takesBytes && !tested.state.closes(at: tested.now))
        tested.answer(last)
        tested.answer(first)
        #expect(tested.pop() != nil && !tested.state.closes(at: tested.now))
        #expect(tested.pop() != nil && tested.state.closes(at: tested.now))
        #expect(tested.state.closes(at: tested.now) == false)
        #expect(tested.check(after: tested.limits.writeStallTimeMax + .seconds(1)) == "close")
        #expect(tested.state.ends(at: tested.now) == .output)
        #expect(tested.check(after: tested.limits.lingerTimeMax) == "keep")
        #expect(tested.check(after: .nanoseconds(1)) == "close")
        tested.state.release(from: &tested.memory)
        #expect(tested.memory.unsentBytes == 0)
    }

    @Test func aRefusalFollowsEarlierAnswers() throws {
        var tested = Tested()
        let first = try tested.take("/echo?text=1").ticket
        #expect(try tested.arrive("/size", body: .chunked) == true)
        let refusal = tested.state.refuse(in: &tested.memory)
        #expect(!tested.state.takesBytes && tested.state.openBody == nil && tested.memory.partialBytes == 0)
        tested.answer(refusal)
        #expect(tested.pop() == nil)
        tested.answer(first)
        #expect(tested.pop() != nil && tested.pop() != nil && tested.state.isAnswered)
    }

    @Test func drainsAfterTheLastAnswer() throws {
        var tested = Tested()
        let ticket = try tested.take("/echo?text=1").ticket
        #expect(tested.state.drain(at: tested.now, limits: tested.limits) == false)
        tested.answer(ticket)
        guard case .closed? = tested.pop(isDraining: true)?.persistence else {
            Issue.record("the last answer does not say that the connection ends")
            return
        }
        #expect(!tested.state.takesBytes && tested.state.closes(at: tested.now))
        var idle = Tested()
        idle.now = idle.now + idle.limits.lingerTimeMax + .seconds(1)
        #expect(idle.state.drain(at: idle.now, limits: idle.limits) && idle.state.closes(at: idle.now))
        // It has been silent for so long that the client is not sending.
        #expect(idle.state.ends(at: idle.now) == .whole)
    }

    @Test func timesOfARequestThatArrives() throws {
        var tested = Tested()
        #expect(tested.check(after: tested.limits.idleTimeMax) == "keep")
        tested.state.bytesArrive(1, at: tested.now, in: &tested.memory)
        // A connection with an arriving request is not idle.
        #expect(tested.check(after: tested.limits.requestReadTimeMax) == "keep")
        #expect(tested.check(after: .nanoseconds(1)) == "408")
        var waiting = Tested { $0.pipelinedCountMax = 1 }
        let ticket = try waiting.take("/echo?text=1").ticket
        waiting.state.bytesArrive(1, at: waiting.now, in: &waiting.memory)
        #expect(waiting.state.reads() == false)
        // Here the client waits for the server.
        #expect(waiting.check(after: waiting.limits.requestReadTimeMax + .seconds(1)) == "keep")
        waiting.answer(ticket)
        #expect(waiting.pop() != nil && waiting.state.reads())
        #expect(waiting.check(after: waiting.limits.requestReadTimeMax) == "keep")
        #expect(waiting.check(after: .nanoseconds(1)) == "408")
    }

    @Test func aContinueOvertakesNoAnswer() throws {
        var tested = Tested()
        let ticket = try tested.take("/echo?text=1").ticket
        #expect(try tested.arrive("/size", body: .length(5), ["expect": "100-continue"]) == true)
        #expect(tested.state.continues(at: tested.now) == false)
        #expect(tested.check(after: tested.limits.requestReadTimeMax + .seconds(1)) == "keep")
        tested.answer(ticket)
        #expect(tested.pop() != nil && tested.state.continues(at: tested.now))
        #expect(tested.state.continues(at: tested.now) == false)
    }
}

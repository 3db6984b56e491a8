import Foundation
import Model
import Monitoring
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import TierHTTP

/// Splits a connection's input into heads of requests, which have no bodies in these tests.
struct HeadReader {
    private let connection: RawConnection
    private var rest: [UInt8] = []

    init(_ connection: RawConnection) { self.connection = connection }

    /// The next request's head; nil at the end.
    mutating func next() throws -> String? {
        let blank = Array("\r\n\r\n".utf8)
        while true {
            if let end = rest.firstRange(of: blank) {
                let head = String(decoding: rest[..<end.lowerBound], as: UTF8.self)
                rest.removeFirst(end.upperBound)
                return head
            }
            let bytes = try connection.receive()
            if bytes.isEmpty { return nil }
            rest += bytes
        }
    }
}

/// A server of a test, with its own form of HTTP, that remembers its requests.
final class TestPeer: Sendable {
    let listener: RawListener
    private let heads = Mutex<[String]>([])
    private let connections = Mutex<Int>(0)

    init(_ serve: @escaping @Sendable (RawConnection, TestPeer) throws -> Void) throws {
        listener = try RawListener()
        listener.serve { [self] connection in
            connections.withLock { $0 += 1 }
            try serve(connection, self)
        }
    }

    /// A peer that answers requests in turn with what `answer` returns for the head; nil ends
    /// the connection.
    convenience init(answering answer: @escaping @Sendable (String) -> String?) throws {
        try self.init { connection, peer in
            var reader = HeadReader(connection)
            while let head = try reader.next() {
                peer.record(head)
                guard let text = answer(head) else { return }
                try connection.send(text)
            }
        }
    }

    var port: Int { listener.port }
    var connectionCount: Int { connections.withLock { $0 } }
    /// The request lines, such as `GET /a HTTP/1.1`, in the order in which they came.
    var lines: [String] { heads.withLock { $0.map { $0.components(separatedBy: "\r\n")[0] } } }
    var seen: [String] { heads.withLock { $0 } }

    func record(_ head: String) { heads.withLock { $0.append(head) } }
}

/// An answer with a Content-Length.
func answer(_ body: String, status: String = "200 OK", _ lines: String...) -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n" + lines.map { $0 + "\r\n" }.joined()
        + "\r\n\(body)"
}

/// The target of a request line.
func target(_ head: String) -> String { head.components(separatedBy: " ")[1] }

/// A port that refuses connections, and that no one else gets while this is held.
final class ClosedPort: Sendable {
    private let descriptor: Int32
    let port: Int

    init() throws {
        let unused = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(unused, pointer, length) | getsockname(unused, pointer, &length)
            }
        }
        descriptor = unused
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(status == 0)
    }

    deinit { close(descriptor) }
}

/// A client with what a call of it needs.
struct TestClient {
    let client: TierClient
    let loops: TierLoops
    let monitor: SystemMonitor
    let operation: SystemMonitor.Operation

    func start(
        _ target: String, method: HTTPMethod = .GET, key: String? = nil, body: TierCall.Body? = nil,
        affinity: UInt64? = nil, repetition: TierCall.Repetition = .always,
        within time: TimeAmount = .seconds(15), loop: Int = 0
    ) -> EventLoopFuture<TierAnswer> {
        var call = call(target, method, key: key, body: body, repetition: repetition, within: time)
        call.affinity = affinity
        let slot = loops.slots[loop]
        return slot.eventLoop.flatSubmit { client.send(call, on: slot) }
    }

    /// Sends calls that may share a message, all in one tick of the loop.
    func startTogether(
        _ targets: [String], method: HTTPMethod = .GET, key: String? = nil
    ) async throws -> [EventLoopFuture<TierAnswer>] {
        let slot = loops.slots[0]
        let calls = targets.map { call($0, method, key: key, mayBatch: true) }
        return try await slot.eventLoop.submit { calls.map { client.send($0, on: slot) } }.get()
    }

    func call(
        _ target: String, _ method: HTTPMethod, key: String? = nil, body: TierCall.Body? = nil,
        repetition: TierCall.Repetition = .always, within time: TimeAmount = .seconds(15),
        mayBatch: Bool = false
    ) -> TierCall {
        var random = FastRandom()
        return TierCall(
            method, target, key: key, body: body, repetition: repetition, deadline: .now() + time,
            trace: TraceContext(using: &random), operation: operation, mayBatch: mayBatch)
    }

    func send(
        _ target: String, method: HTTPMethod = .GET, key: String? = nil,
        repetition: TierCall.Repetition = .always,
        within time: TimeAmount = .seconds(15)
    ) async throws -> String {
        let answer = try await start(target, method: method, key: key, repetition: repetition, within: time)
            .get()
        return String(buffer: answer.body)
    }

    func isBookstore() async throws -> Bool {
        let slot = loops.slots[0]
        return try await slot.eventLoop.submit { client.isBookstore(on: slot) }.get()
    }

    /// Calls begun and not ended.
    var inFlight: Int { monitor.readings().reduce(0) { $0 + $1.inFlight } }
}

/// Runs `body` with a client of the servers at `ports`.
func withClient<Value>(
    _ ports: Int..., limits: ClientLimits = ClientLimits(), loopCount: Int = 1,
    token: BearerToken? = nil, _ body: (TestClient) async throws -> Value
) async throws -> Value {
    try await withLoops(count: loopCount) { loops in
        let monitor = SystemMonitor(tier: "test", shardCount: loopCount)
        let client = try await TierClient(
            tier: "peer", addresses: ports.map { ServerAddress(host: "127.0.0.1", port: $0) }, loops: loops,
            monitor: monitor, limits: limits, token: token)
        let tested = TestClient(
            client: client, loops: loops, monitor: monitor, operation: client.operation("/test"))
        do {
            let value = try await body(tested)
            await client.shutdown()
            return value
        } catch {
            await client.shutdown()
            throw error
        }
    }
}

/// The error of a call that fails.
func failure(of call: EventLoopFuture<TierAnswer>) async -> StoreError? {
    do {
        _ = try await call.get()
        return nil
    } catch {
        return error as? StoreError
    }
}

/// The outcome that an unavailable peer leaves; nil for any other error and for none.
func outcomeUnknown(_ error: StoreError?) -> Bool? {
    guard case .unavailable("peer", _, let outcomeUnknown)? = error else { return nil }
    return outcomeUnknown
}

/// Expects `value` to be `expected`: for values that are awaited, which the macro cannot take apart.
func expect<Value: Equatable>(
    _ value: Value, is expected: Value, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(value == expected, sourceLocation: sourceLocation)
}
